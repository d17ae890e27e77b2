import { expect, it } from 'vitest';
import { intercept } from '../test-support/intercept.test-support.js';
import { decisionsOf, idOf, queuedOf, setUpReconciler } from '../test-support/reconciler.test-support.js';
import { makeWorld, plantRuntime } from '../test-support/world.test-support.js';

const GAMES = Array.from({ length: 1100 }, (_, at) => `g${String(at).padStart(4, '0')}`);
const IN_SECOND_PAGE = 'g0700';

async function atRest() {
  const world = makeWorld();
  for (const gameId of GAMES) await plantRuntime(world, 'stopped', gameId);
  return world;
}

it('a pass reads 500 of the games at rest, and three passes read all', async () => {
  const world = await atRest();
  const read: string[][] = [];
  const queue = intercept('queue', world.queue, async (call) => {
    const answer = await call.go();
    if (call.method === 'games') read.push((answer as { gameId: string }[]).map(({ gameId }) => gameId).sort());
    return answer;
  });
  const { pass, next } = await setUpReconciler({ queue }, world);
  expect((await pass()).games).toBe(500);
  for (let more = 0; more < 3; more += 1) await next();
  expect(read.map(({ length }) => length)).toEqual([500, 500, 100, 500]);
  expect(read.slice(0, 3).flat()).toEqual(GAMES);
  expect(read[3]).toEqual(read[0]);
});

it('a drift that was seen is looked at again though the page has moved on', async () => {
  const world = await atRest();
  await world.engine.remove(idOf(world, IN_SECOND_PAGE));
  const { pass, next } = await setUpReconciler({}, world);
  expect(decisionsOf(await pass())).toEqual({});
  expect(decisionsOf(await next())).toEqual({ [IN_SECOND_PAGE]: 'seen_once' });
  expect(decisionsOf(await next())).toEqual({ [IN_SECOND_PAGE]: 'queued' });
  expect(queuedOf(world)).toEqual([{ gameId: IN_SECOND_PAGE, op: 'reconcile', verdict: 'mark_removed' }]);
});

it('an exited container of a game without a record is found in the page of its id', async () => {
  const world = await atRest();
  world.database.records.delete(IN_SECOND_PAGE);
  const { pass, next } = await setUpReconciler({}, world);
  expect(decisionsOf(await pass())).toEqual({});
  expect(decisionsOf(await next())).toEqual({ [IN_SECOND_PAGE]: 'seen_once' });
});

it('a container that has exited is found at once when its record says that it runs', async () => {
  const world = await atRest();
  await plantRuntime(world, 'running', 'z');
  await world.engine.stop(idOf(world, 'z'));
  const { pass } = await setUpReconciler({}, world);
  expect(Object.keys(decisionsOf(await pass()))).toEqual(['z']);
});

it('a report looks at all games', async () => {
  const world = await atRest();
  await world.engine.remove(idOf(world, IN_SECOND_PAGE));
  const { reconciler } = await setUpReconciler({}, world);
  expect(await reconciler.report()).toMatchObject({ games: 1100, drifts: [{ gameId: IN_SECOND_PAGE, decision: 'dry_run' }] });
});
