import { engineImages, waitFor } from '@galaxy/testing';
import { describe, expect, it } from 'vitest';
import { comparisons, FRESH, type InjectionStage, openStage, type StagedGame } from './injection-stage.test-support.js';

/** Does something on a new stage, and then checks what must always hold. */
async function onStage(play: (stage: InjectionStage) => Promise<void>, options: { readonly liveRestore?: boolean } = {}): Promise<void> {
  const stage = await openStage(options);
  try {
    await play(stage);
    expect(stage.world.problems()).toEqual([]);
    expect([...stage.engine.audit.overlaps('existed'), ...stage.engine.audit.overlaps('ran')]).toEqual([]);
  } finally {
    await stage.close();
  }
}

/** Waits until the records of all these games have this status. */
const untilStatus = (games: readonly StagedGame[], status: string): Promise<unknown> =>
  waitFor(`all ${status}`, async () => (await Promise.all(games.map((game) => game.record()))).every((row) => row?.status === status));

const runsOf = (games: readonly StagedGame[]) => games.map((game) => game.lives().map(({ id, runs }) => [id, runs.length]));

const removeByHand = ({ engine }: InjectionStage, { name }: StagedGame) =>
  engine.call({ method: 'DELETE', path: `/containers/${name}?force=1` });

describe('a container engine that restarts', () => {
  it('while containers go on (live-restore): they stay untouched, a start under way succeeds, and stops work', () =>
    onStage(async (stage) => {
      const rtmanager = await stage.serve();
      const games = await stage.runningGames(8);
      const before = runsOf(games);
      const late = stage.game();
      const starting = late.start(engineImages.slowReady);
      await waitFor('the container to run', () => late.running().length === 1);
      await stage.engine.restart();
      expect(await starting).toMatchObject(FRESH);
      await comparisons(rtmanager, 3);
      expect(runsOf(games)).toEqual(before);
      expect(games.flatMap((game) => game.running())).toHaveLength(8);
      await untilStatus([...games, late], 'running');
      for (const game of games) expect(await game.results()).toHaveLength(1);
      expect(await Promise.all(games.map((game) => game.stop()))).toMatchObject(games.map(() => FRESH));
    }));

  it('and ends its containers: every game becomes engine_unreachable, and nothing is started or removed unasked', () =>
    onStage(
      async (stage) => {
        const rtmanager = await stage.serve();
        const games = await stage.runningGames(8);
        const before = runsOf(games);
        await stage.engine.restart();
        await untilStatus(games, 'engine_unreachable');
        await comparisons(rtmanager, 3);
        expect(runsOf(games)).toEqual(before);
        expect(games.flatMap((game) => game.running())).toEqual([]);
        expect(stage.engine.audit.left).toHaveLength(8);
        for (const game of games) expect(await game.results()).toHaveLength(1);
        expect(await games[0]?.stop()).toMatchObject(FRESH);
        expect(await games[0]?.start()).toMatchObject(FRESH);
      },
      { liveRestore: false },
    ));

  it.each([3, 12])(
    'and leaves all of %i running games out of its lists for a while: no record changes, and no container is ended',
    (count) =>
      onStage(async (stage) => {
        const rtmanager = await stage.serve();
        const games = await stage.runningGames(count);
        const before = runsOf(games);
        stage.engine.injections.listAfterRestart = { kind: 'missing', forMs: 60_000, share: 1 };
        await stage.engine.restart();
        const told = rtmanager.log.length;
        await waitFor('games to be missed', () => rtmanager.log.slice(told).some(({ event }) => event === 'drift_found'));
        await comparisons(rtmanager, 3);
        expect(runsOf(games)).toEqual(before);
        await untilStatus(games, 'running');
        stage.engine.injections.listAfterRestart = null;
        expect(await games[0]?.stop()).toMatchObject(FRESH);
      }),
  );
});

it('records end in the right status although events are lost, doubled and out of order', () =>
  onStage(async (stage) => {
    await stage.serve();
    stage.engine.injections.onEvents({ lose: 0.5, duplicate: 0.5, reorder: 0.3 });
    const games = await stage.runningGames(12);
    const [died, removed, stopped, left] = [0, 3, 6, 9].map((from) => games.slice(from, from + 3)) as [
      StagedGame[],
      StagedGame[],
      StagedGame[],
      StagedGame[],
    ];
    for (const game of died) stage.engine.crash(game.name);
    await Promise.all([...removed.map((game) => removeByHand(stage, game)), ...stopped.map((game) => game.stop())]);
    await untilStatus(died, 'engine_unreachable');
    await untilStatus(removed, 'removed');
    await untilStatus(stopped, 'stopped');
    await untilStatus(left, 'running');
    expect(left.flatMap((game) => game.running())).toHaveLength(3);
  }));

it('a manager finds out which containers died or were removed while none ran, and their stops succeed', () =>
  onStage(async (stage) => {
    const first = await stage.serve();
    const games = await stage.runningGames(4);
    const [vanished, other, died, alive] = games as [StagedGame, StagedGame, StagedGame, StagedGame];
    await first.end('SIGTERM');
    for (const game of [vanished, other]) await removeByHand(stage, game);
    stage.engine.crash(died.name);
    await stage.serve();
    expect(await other.stop()).toMatchObject({ outcome: 'success', container_id: '' });
    await untilStatus([vanished, other], 'removed');
    await untilStatus([died], 'engine_unreachable');
    expect(await died.stop()).toMatchObject(FRESH);
    expect(await vanished.stop()).toMatchObject({ outcome: 'success', container_id: '' });
    expect(await alive.record()).toMatchObject({ status: 'running', id: alive.running()[0] });
  }));

it('two managers on one container engine do not touch each other’s games or foreign containers', () =>
  onStage(async (stage) => {
    const neighbour = await openStage({ on: stage.engine });
    try {
      const processes = [await stage.serve(), await neighbour.serve()];
      const games = [...(await stage.runningGames(3)), ...(await neighbour.runningGames(3))];
      const path = `/containers/create?name=galaxy-game-stranger`;
      const { Id } = await stage.engine.json<{ Id: string }>({ method: 'POST', path, json: { Image: engineImages.current } });
      await stage.engine.json({ method: 'POST', path: `/containers/${Id}/start` });
      const before = runsOf(games);
      for (const rtmanager of processes) await comparisons(rtmanager, 3);
      expect(runsOf(games)).toEqual(before);
      expect(games.flatMap((game) => game.running())).toHaveLength(6);
      expect(stage.engine.audit.lives.find(({ id }) => id === Id)).toMatchObject({ existed: { to: null }, runs: [{ to: null }] });
      for (const { world } of [stage, neighbour])
        expect(await world.sql`select count(*)::int as games from runtime_records where status = 'running'`).toEqual([{ games: 3 }]);
      expect(neighbour.world.problems()).toEqual([]);
    } finally {
      await neighbour.close();
    }
  }));

it('a running container without a record is adopted, not ended, and its game can be stopped', () =>
  onStage(async (stage) => {
    await stage.serve();
    const games = await stage.runningGames(8);
    const before = runsOf(games);
    await stage.world.sql`delete from runtime_records`;
    await untilStatus(games, 'running');
    expect(runsOf(games)).toEqual(before);
    expect(games.flatMap((game) => game.running())).toHaveLength(8);
    expect(await games[0]?.stop()).toMatchObject(FRESH);
  }));

it('no record stays `starting` for ever after its operation is gone', () =>
  onStage(async (stage) => {
    await stage.serve();
    const [answers, silent, gone] = (await stage.runningGames(3)) as [StagedGame, StagedGame, StagedGame];
    await removeByHand(stage, gone);
    stage.engine.setEngine(silent.name, 'hangs');
    await stage.world.sql`update runtime_records set status = 'starting'`;
    await untilStatus([answers], 'running');
    await untilStatus([silent], 'engine_unreachable');
    await untilStatus([gone], 'removed');
    expect([answers.running().length, silent.running().length]).toEqual([1, 1]);
    for (const game of [answers, silent]) expect(await game.stop()).toMatchObject(FRESH);
  }));
