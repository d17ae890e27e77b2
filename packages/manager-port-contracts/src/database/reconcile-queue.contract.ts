import { randomUUID } from 'node:crypto';
import type { ReconcileVerdict } from '@galaxy/domain';
import type { GameView, ReconcileQueue } from '@galaxy/manager-ports';
import { record } from '@galaxy/port-contracts';
import { RuntimeNotFoundError } from '@galaxy/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  anything,
  claimOne,
  failure,
  finishWell,
  gameId,
  LONG_MS,
  queue,
  SHORT_MS,
  startOf,
  stopOf,
  takeLease,
  takenOver,
} from './database-samples.js';
import type { DatabaseUnderTest } from './database-under-test.js';

const actOn = (gameId: string, verdict: ReconcileVerdict = 'remove') => ({
  opId: randomUUID(),
  job: { kind: 'reconcile', gameId, verdict, orphans: ['orphan-1', 'orphan "2"'], reason: 'no record; the container runs' } as const,
});
const FIRST_PAGE = { after: '', limit: 100 };
const byGame = (views: readonly GameView[]) => [...views].sort((a, b) => (a.gameId < b.gameId ? -1 : 1));

/** The promises of {@link ReconcileQueue}, for an adapter to pass. `open` gives an empty database each time. */
export function reconcileQueueContract(name: string, open: () => Promise<DatabaseUnderTest>): void {
  describe(`ReconcileQueue: ${name}`, () => {
    let database: DatabaseUnderTest;
    let reconcile: ReconcileQueue;
    beforeEach(async () => {
      database = await open();
      reconcile = database.reconcileQueue;
    });
    afterEach(() => database.close());

    describe('games and lookAt', () => {
      it('shows every game whose record is neither `removed` nor `stopped`, and every one named', async () => {
        const [running, stopped, removed, named, unknown] = [gameId(), gameId(), gameId(), gameId(), gameId()];
        const records = [record(running), record(stopped, 'stopped'), record(removed, 'removed'), record(named, 'removed')];
        for (const one of records) await database.records.upsert(one);
        expect(byGame(await reconcile.games([named, unknown, running, unknown], FIRST_PAGE))).toEqual(
          byGame([
            { gameId: running, record: record(running), open: false },
            { gameId: stopped, record: record(stopped, 'stopped'), open: false },
            { gameId: named, record: record(named, 'removed'), open: false },
            { gameId: unknown, record: null, open: false },
          ]),
        );
        expect(byGame(await reconcile.games([], FIRST_PAGE)).map(({ gameId }) => gameId)).toEqual([running, stopped].sort());
        expect((await reconcile.games([], { after: '', limit: 0 })).map(({ gameId }) => gameId)).toEqual([running]);
      });

      it('shows the stopped games page by page, in the order of their ids', async () => {
        for (const id of ['p', 'p-2', 'pp', 'p1', 'q-9', 'q-10']) await database.records.upsert(record(id, 'stopped'));
        await database.records.upsert(record('p-3', 'removed'));
        await database.records.upsert(record('z', 'finished'));
        const page = async (after: string) => byGame(await reconcile.games([], { after, limit: 2 })).map(({ gameId }) => gameId);
        expect(await page('')).toEqual(['p', 'p-2', 'z']);
        expect(await page('p-2')).toEqual(['p1', 'pp', 'z']);
        expect(await page('pp')).toEqual(['q-10', 'q-9', 'z']);
        expect(await page('q-9')).toEqual(['z']);
      });

      it('looks at the games named and no others', async () => {
        const [there, removed, unknown] = [gameId(), gameId(), gameId()];
        for (const one of [record(there), record(removed, 'removed'), record(gameId())]) await database.records.upsert(one);
        expect(byGame(await reconcile.lookAt([unknown, removed, there, there]))).toEqual(
          byGame([
            { gameId: there, record: record(there), open: false },
            { gameId: removed, record: record(removed, 'removed'), open: false },
            { gameId: unknown, record: null, open: false },
          ]),
        );
        expect(await reconcile.lookAt([])).toEqual([]);
      });

      it('says that an operation is open from queueing to the end, also while it waits for its next attempt', async () => {
        const game = gameId();
        await database.records.upsert(record(game));
        const open = async () => {
          const views = [...(await reconcile.games([], FIRST_PAGE)), ...(await reconcile.lookAt([game]))];
          expect(views.map(({ gameId }) => gameId)).toEqual([game, game]);
          return views.map(({ open }) => open);
        };
        expect(await open()).toEqual([false, false]);
        await queue(database, startOf(game));
        expect(await open()).toEqual([true, true]);
        const claim = await claimOne(database);
        expect(await open()).toEqual([true, true]);
        await database.journal.releaseClaim(claim, { reason: 'outage', delayMs: 0, unavailableMs: 0 });
        expect(await open()).toEqual([true, true]);
        await finishWell(database, await claimOne(database));
        expect(await open()).toEqual([false, false]);
      });
    });

    describe('queue', () => {
      it('queues acts that come back whole as operations of the reconciler', async () => {
        const acts = [actOn(gameId(), 'mark_removed'), actOn(gameId(), 'adopt')];
        const outcome = await reconcile.queue(await takeLease(database), acts);
        expect(outcome).toEqual({ kind: 'queued', gameIds: expect.any(Array) });
        expect(outcome.kind === 'queued' && [...outcome.gameIds].sort()).toEqual(acts.map(({ job }) => job.gameId).sort());
        const claims = await database.journal.claim(anything());
        expect(claims.map(({ opId, gameId, job }) => ({ opId, gameId, job }))).toEqual(
          acts.map(({ opId, job }) => ({ opId, gameId: job.gameId, job })),
        );
        expect(claims.map(({ source, entry, superseded }) => ({ source, entry, superseded }))).toEqual(
          acts.map(() => ({ source: 'reconciler', entry: null, superseded: false })),
        );
        expect(await database.log.get(acts[0]?.opId ?? '')).toMatchObject({ op: 'reconcile', source: 'reconciler', status: 'running' });
      });

      it('queues none while its game has an operation queued or running, and only then', async () => {
        const [queued, running, ended, untouched] = [gameId(), gameId(), gameId(), gameId()];
        await queue(database, stopOf(ended));
        await finishWell(database, await claimOne(database));
        await queue(database, stopOf(running));
        await claimOne(database);
        await queue(database, startOf(queued));
        const acts = [queued, running, ended, untouched].map((game) => actOn(game));
        const outcome = await reconcile.queue(await takeLease(database), acts);
        expect(outcome.kind === 'queued' && [...outcome.gameIds].sort()).toEqual([ended, untouched].sort());
        const others = await database.journal.claim(anything({ places: { start: 0 } }));
        expect(others.map(({ gameId }) => gameId).sort()).toEqual([ended, untouched].sort());
      });

      it('queues at most one act per game, and the same act once', async () => {
        const [game, other] = [gameId(), gameId()];
        const lease = await takeLease(database);
        const [first, second] = [actOn(game), actOn(game)];
        expect(await reconcile.queue(lease, [first, second])).toEqual({ kind: 'queued', gameIds: [game] });
        expect(await reconcile.queue(lease, [first])).toEqual({ kind: 'queued', gameIds: [] });
        expect((await claimOne(database)).opId).toBe(first.opId);
        expect(await reconcile.queue(lease, [second, actOn(other)])).toEqual({ kind: 'queued', gameIds: [other] });
        expect(await reconcile.queue(lease, [])).toEqual({ kind: 'queued', gameIds: [] });
      });

      it('does not queue an act again that has ended', async () => {
        const act = actOn(gameId());
        const lease = await takeLease(database);
        await reconcile.queue(lease, [act]);
        await finishWell(database, await claimOne(database));
        expect(await reconcile.queue(lease, [act])).toEqual({ kind: 'queued', gameIds: [] });
        expect(await database.journal.claim(anything())).toEqual([]);
      });

      it('queues one act however many ask at once', async () => {
        const games = Array.from({ length: 10 }, () => gameId());
        const lease = await takeLease(database);
        const outcomes = await Promise.all(
          Array.from({ length: 8 }, () =>
            reconcile.queue(
              lease,
              games.map((game) => actOn(game)),
            ),
          ),
        );
        expect(outcomes.flatMap((outcome) => (outcome.kind === 'queued' ? outcome.gameIds : [])).sort()).toEqual([...games].sort());
        expect(await database.journal.claim(anything())).toHaveLength(10);
      });

      it('queues nothing when the lease belongs to another process by now', async () => {
        const previous = await takeLease(database, SHORT_MS);
        await database.elapse(SHORT_MS + 50);
        const present = await takeLease(database);
        for (const lease of [
          previous,
          { ...present, epoch: previous.epoch },
          { ...present, holder: previous.holder },
          { ...present, name: 'x' },
        ])
          expect(await reconcile.queue(lease, [actOn(gameId())])).toEqual({ kind: 'lost' });
        expect(await database.journal.claim(anything())).toEqual([]);
      });
    });

    describe('the operations it queues', () => {
      const begin = async (ttlMs = LONG_MS) => {
        const lease = await takeLease(database);
        await reconcile.queue(lease, [actOn(gameId())]);
        await database.leases.release(lease);
        return claimOne(database, { ttlMs });
      };

      it('publish nothing', async () => {
        const claim = await begin();
        expect(await finishWell(database, claim)).toEqual({ kind: 'applied', publish: [] });
        expect(await finishWell(database, claim)).toEqual({ kind: 'already_mine', publish: [] });
        expect(await database.outbox.pending(10)).toEqual([]);
        const other = await begin();
        expect(await database.journal.finish(other, failure(other.gameId))).toEqual({ kind: 'applied', publish: [] });
      });

      it('move the record under the same fence, and are taken over like any other', async () => {
        const previous = await begin(SHORT_MS);
        const present = await takenOver(database);
        expect(present).toMatchObject({ opId: previous.opId, attempt: 2, job: previous.job, entry: null });
        const insert = { kind: 'insert', record: record(previous.gameId, 'removed') } as const;
        const { result } = failure(previous.gameId);
        const outcome = {
          record: insert,
          result: { ...result, outcome: 'success', errorCode: '' },
          errorCode: '',
          deadLetter: null,
        } as const;
        expect(await database.journal.finish(previous, outcome)).toEqual({ kind: 'lost' });
        await expect(database.records.get(previous.gameId)).rejects.toThrow(RuntimeNotFoundError);
        expect(await database.journal.finish(present, outcome)).toEqual({ kind: 'applied', publish: [] });
        expect(await database.records.get(previous.gameId)).toMatchObject({ status: 'removed' });
      });

      it('let the jobs of their game wait, in their order', async () => {
        const claim = await begin();
        const job = stopOf(claim.gameId);
        await queue(database, job);
        expect(await database.journal.claim(anything())).toEqual([]);
        await finishWell(database, claim);
        expect(await claimOne(database)).toMatchObject({ opId: job.opId });
      });

      it('take no room from starts', async () => {
        await reconcile.queue(await takeLease(database), [actOn(gameId())]);
        expect(await database.journal.claim(anything({ places: { other: 0 } }))).toEqual([]);
        expect(await database.journal.claim(anything({ places: { start: 0, other: 1 } }))).toHaveLength(1);
      });
    });
  });
}
