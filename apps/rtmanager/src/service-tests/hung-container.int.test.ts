import { readFileSync } from 'node:fs';
import { engineImages, uniqueName, waitFor } from '@galaxy/testing';
import { containersOf, openWorld, publishStart, publishStop, resultsOf, untilResults, type World } from '@galaxy/verification';
import { afterAll, beforeAll, expect, it } from 'vitest';

const GAMES = 10;
/** How much longer the other games may take beside a container that hangs. A busy machine needs some margin; a deadline takes far longer. */
const NOISE = 2;

let world: World;
let stopped: number | null = null;
beforeAll(async () => {
  world = await openWorld();
  const rtmanager = await world.start({ RTMANAGER_STOP_GRACE: '1s' });
  await rtmanager.untilReady();
});
afterAll(async () => {
  if (stopped !== null) process.kill(stopped, 'SIGCONT');
  await world.close();
});

/** Starts and stops some games at the same time. Returns how long that took. */
async function startAndStop(): Promise<number> {
  const games = Array.from({ length: GAMES }, () => uniqueName('game'));
  const begunAt = performance.now();
  await Promise.all(games.map((game) => publishStart(world.redis, game, engineImages.current)));
  await Promise.all(games.map((game) => untilResults(world, game, 1)));
  await Promise.all(games.map((game) => publishStop(world.redis, game)));
  const results = await Promise.all(games.map((game) => untilResults(world, game, 2)));
  expect(results.flat().map(({ error_code: code }) => code)).toEqual(results.flat().map(() => ''));
  return performance.now() - begunAt;
}

/** The shim of a container: while it is frozen, no call about this container is answered. */
async function shimOf(gameId: string): Promise<number> {
  const listed = (await containersOf(world.docker, world.instance)).find(({ Labels }) => Labels['galaxy.game_id'] === gameId);
  const { State } = await world.docker.json<{ State: { Pid: number } }>({ method: 'GET', path: `/containers/${listed?.Id ?? ''}/json` });
  const [, ppid = ''] = /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${State.Pid}/status`, 'utf8')) ?? [];
  expect(readFileSync(`/proc/${ppid}/cmdline`, 'utf8')).toContain(listed?.Id);
  return Number(ppid);
}

it('a container that answers no call delays no other game, and is stopped once it answers again', async () => {
  const hung = uniqueName('hung');
  await publishStart(world.redis, hung, engineImages.current);
  await untilResults(world, hung, 1);
  await startAndStop();
  const undisturbed = await startAndStop();

  stopped = await shimOf(hung);
  process.kill(stopped, 'SIGSTOP');
  await publishStop(world.redis, hung);
  const isAtIt = async () => (await world.sql`select from runtime_operation_log where game_id = ${hung} and status = 'running'`).length > 0;
  await waitFor('the stop to be under way', isAtIt);
  const beside = await startAndStop();
  expect(beside / undisturbed).toBeLessThan(NOISE);
  expect(await resultsOf(world.redis, hung)).toHaveLength(1);

  process.kill(stopped, 'SIGCONT');
  stopped = null;
  expect((await untilResults(world, hung, 2))[1]).toMatchObject({ outcome: 'success', error_code: '' });
  expect(world.problems()).toEqual([]);
});
