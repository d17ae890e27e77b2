import { decideReconcile, newRuntimeRecord, RUNTIME_STATUSES, type RuntimeRecord } from '@galaxy/domain';
import type { GameView, IncarnationState, ListedIncarnation } from '@galaxy/manager-ports';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endsSomething, findDrift, jobOf, type Look, unnamedGames } from './find-drift.js';

const NOW = new Date(0);
const NOBODY: ReadonlyMap<string, string | null> = new Map();

function record(status: RuntimeRecord['status'], currentContainerId: string | null, gameId = 'g1'): RuntimeRecord {
  return { ...newRuntimeRecord({ gameId, imageRef: 'i', status: 'starting', now: NOW }), status, currentContainerId };
}
const listed = (id: string, state: IncarnationState, gameId = 'g1'): ListedIncarnation => ({
  id,
  state,
  imageRef: 'i',
  owner: { gameId, opId: 'o', attempt: 1 },
});
const game = (of: RuntimeRecord | null, open = false, gameId = 'g1'): GameView => ({ gameId, record: of, open });
const look = (games: GameView[], incarnations: ListedIncarnation[], more: Partial<Look> & { foreign?: string[] } = {}): Look => ({
  games,
  inventory: { incarnations, foreign: (more.foreign ?? []).map((id) => ({ id, name: `galaxy-game-${id}` })) },
  bearers: more.bearers ?? NOBODY,
});

describe('findDrift', () => {
  it('finds nothing where records and containers agree', () => {
    expect(findDrift(look([game(record('running', 'c1'))], [listed('c1', 'running')]))).toEqual([]);
    expect(findDrift(look([game(record('stopped', 'c1'))], [listed('c1', 'exited')]))).toEqual([]);
    expect(findDrift(look([game(record('removed', null)), game(null, false, 'g2')], []))).toEqual([]);
  });

  it('tells what is to be done, about which container, and why', () => {
    expect(findDrift(look([game(record('running', 'c1'))], [listed('c1', 'exited')]))).toEqual([
      {
        gameId: 'g1',
        status: 'running',
        verdict: 'mark_unreachable',
        containerId: 'c1',
        orphans: [],
        reason: 'record running, container ended',
      },
    ]);
  });

  it('counts the container the record names; others of the game are orphans', () => {
    const [drift] = findDrift(
      look([game(record('running', 'c1'))], [listed('c3', 'created'), listed('c1', 'running'), listed('c2', 'running')]),
    );
    expect(drift).toMatchObject({ verdict: 'leave', containerId: 'c1', orphans: ['c2', 'c3'] });
    expect(drift?.reason).toBe('record running, container running; besides it: c2, c3');
  });

  it('a named container that is gone is absent, whatever else there is', () => {
    expect(findDrift(look([game(record('running', 'c1'))], [listed('c2', 'running')]))).toMatchObject([
      { verdict: 'mark_removed', containerId: 'c1', orphans: ['c2'] },
    ]);
  });

  it('without a named one, that which bears the game’s name counts', () => {
    const incarnations = [listed('c1', 'running'), listed('c2', 'exited')];
    const views = [game(null)];
    expect(unnamedGames(look(views, incarnations))).toEqual(['g1']);
    expect(findDrift(look(views, incarnations, { bearers: new Map([['g1', 'c2']]) }))).toMatchObject([
      { verdict: 'remove', containerId: 'c2', orphans: ['c1'] },
    ]);
    expect(findDrift(look(views, incarnations, { bearers: new Map([['g1', null]]) }))).toMatchObject([
      { verdict: 'leave', containerId: null, orphans: ['c1', 'c2'] },
    ]);
  });

  it('asks for the name only where no container is named although there are some', () => {
    const views = [
      game(null, false, 'adopt'),
      game(record('removed', null, 'removed'), false, 'removed'),
      game(null, true, 'open'),
      game(record('running', 'c4', 'named'), false, 'named'),
      game(record('starting', null, 'empty'), false, 'empty'),
    ];
    const incarnations = ['adopt', 'removed', 'open', 'named'].map((gameId, at) => listed(`c${at + 1}`, 'running', gameId));
    expect(unnamedGames(look(views, incarnations))).toEqual(['adopt', 'removed']);
  });

  it('waits while the container that counts is on its way out, and leaves orphans that are', () => {
    expect(findDrift(look([game(record('running', 'c1'))], [listed('c1', 'removing'), listed('c2', 'running')]))).toEqual([]);
    expect(findDrift(look([game(record('running', 'c1'))], [listed('c1', 'running'), listed('c2', 'removing')]))).toEqual([]);
  });

  it('leaves a game alone whose record names a container that is not ours', () => {
    expect(findDrift(look([game(record('running', 'c1'))], [], { foreign: ['c1'] }))).toEqual([]);
  });
});

const ids = ['c1', 'c2', 'c3', 'c4'];
const gameIds = ['g1', 'g2', 'g3'];
const state = fc.constantFrom<IncarnationState>('created', 'running', 'paused', 'exited', 'removing');
const container = fc.record({ id: fc.constantFrom(...ids), gameId: fc.constantFrom(...gameIds, 'Not A Game'), state });
const view = fc.record({
  gameId: fc.constantFrom(...gameIds),
  status: fc.constantFrom('none' as const, ...RUNTIME_STATUSES),
  containerId: fc.option(fc.constantFrom(...ids)),
  open: fc.boolean(),
});
const looks: fc.Arbitrary<Look> = fc
  .record({
    views: fc.uniqueArray(view, { selector: ({ gameId }) => gameId }),
    containers: fc.uniqueArray(container, { selector: ({ id }) => id }),
    foreign: fc.uniqueArray(fc.constantFrom(...ids)),
    bearers: fc.array(fc.tuple(fc.constantFrom(...gameIds), fc.option(fc.constantFrom(...ids)))),
  })
  .map(({ views, containers, foreign, bearers }) =>
    look(
      views.map(({ gameId, status, containerId, open }) =>
        game(status === 'none' ? null : record(status, containerId, gameId), open, gameId),
      ),
      containers.filter(({ id }) => !foreign.includes(id)).map((one) => listed(one.id, one.state, one.gameId)),
      { foreign, bearers: new Map(bearers) },
    ),
  );

describe('whatever is seen', () => {
  it('nothing is found of games with an open operation, nor twice of one game', () => {
    fc.assert(
      fc.property(looks, (seen) => {
        const found = findDrift(seen).map(({ gameId }) => gameId);
        const open = seen.games.filter((one) => one.open).map(({ gameId }) => gameId);
        expect(found.filter((gameId) => open.includes(gameId))).toEqual([]);
        expect(new Set(found).size).toBe(found.length);
      }),
    );
  });

  it('what is to be ended is ours, of that game, and not on its way out', () => {
    fc.assert(
      fc.property(looks, (seen) => {
        for (const { gameId, verdict, containerId, orphans } of findDrift(seen)) {
          const own = seen.inventory.incarnations.filter((one) => one.owner.gameId === gameId && one.state !== 'removing');
          const touched = [...orphans, ...(verdict === 'remove' || verdict === 'stop_again' ? [containerId] : [])];
          for (const id of touched) expect(own.map((one) => one.id)).toContain(id);
          expect(orphans).not.toContain(containerId);
          expect(seen.inventory.foreign.map(({ id }) => id)).not.toContain(containerId);
        }
      }),
    );
  });

  it('every other container of a closed game is found', () => {
    fc.assert(
      fc.property(looks, (seen) => {
        const found = new Map(findDrift(seen).map((drift) => [drift.gameId, drift]));
        for (const { gameId, record: of, open } of seen.games) {
          const counts = of?.currentContainerId ?? seen.bearers.get(gameId) ?? null;
          const own = seen.inventory.incarnations.filter((one) => one.owner.gameId === gameId);
          const isUnclear =
            own.some((one) => one.id === counts && one.state === 'removing') || seen.inventory.foreign.some(({ id }) => id === counts);
          if (open || isUnclear) continue;
          const others = own.filter((one) => one.id !== counts && one.state !== 'removing').map((one) => one.id);
          expect(found.get(gameId)?.orphans ?? []).toEqual(others.sort());
        }
      }),
    );
  });

  it('the verdict is that of the table, and the job carries it', () => {
    fc.assert(
      fc.property(looks, (seen) => {
        for (const drift of findDrift(seen)) {
          const view = seen.games.find(({ gameId }) => gameId === drift.gameId);
          const state = seen.inventory.incarnations.find(
            ({ id, owner }) => id === drift.containerId && owner.gameId === drift.gameId,
          )?.state;
          const observed = state === undefined ? 'absent' : state === 'running' || state === 'paused' ? state : 'ended';
          expect(drift.verdict).toBe(decideReconcile(view?.record ?? null, observed));
          const { gameId, verdict, orphans, reason } = drift;
          expect(jobOf(drift)).toEqual({ kind: 'reconcile', gameId, verdict, orphans, reason });
        }
      }),
    );
  });
});

describe('endsSomething', () => {
  it('is true of what ends a container or what is known of one, and of any orphan', () => {
    expect(endsSomething({ verdict: 'remove', orphans: [] })).toBe(true);
    expect(endsSomething({ verdict: 'mark_removed', orphans: [] })).toBe(true);
    expect(endsSomething({ verdict: 'leave', orphans: ['c1'] })).toBe(true);
    expect(endsSomething({ verdict: 'adopt', orphans: [] })).toBe(false);
  });
});
