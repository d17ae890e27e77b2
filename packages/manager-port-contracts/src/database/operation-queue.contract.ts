import { randomUUID } from 'node:crypto';
import type { OperationQueue, OperationRequest } from '@galaxy/manager-ports';
import { InvalidInputError } from '@galaxy/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anything, claimOne, failure, finishWell, gameId, queue, startOf, stopOf, takeLease } from './database-samples.js';
import type { DatabaseUnderTest } from './database-under-test.js';

/** A request to stop a game. */
function request(changes: Partial<OperationRequest> = {}): OperationRequest {
  const job = { kind: 'stop', gameId: gameId(), reason: 'admin_request', requestedAtMs: 1_767_225_600_000n } as const;
  return { opId: randomUUID(), source: 'admin', sourceRef: randomUUID(), requestedBy: 'ann', job, ...changes };
}

/** The promises of {@link OperationQueue}, for an adapter to pass. `open` gives an empty database each time. */
export function operationQueueContract(name: string, open: () => Promise<DatabaseUnderTest>): void {
  describe(`OperationQueue: ${name}`, () => {
    let database: DatabaseUnderTest;
    let operations: OperationQueue;
    beforeEach(async () => {
      database = await open();
      operations = database.operationQueue;
    });
    afterEach(() => database.close());

    it('queues an operation that is claimed as it was requested', async () => {
      const asked = request();
      expect(await operations.enqueue(asked)).toEqual({ kind: 'queued', opId: asked.opId });
      const { opId, source, sourceRef, job } = asked;
      expect(await claimOne(database)).toMatchObject({ opId, gameId: job.gameId, source, sourceRef, job, entry: null, attempt: 1 });
    });

    it('needs no lease, and lets nobody who has one lose it', async () => {
      const lease = await takeLease(database);
      expect(await operations.enqueue(request())).toMatchObject({ kind: 'queued' });
      const cursors = { start_jobs: '1-0', stop_jobs: '1-0' };
      const intake = { lease, jobs: [], deadLetters: [], cursors, entriesRead: { start_jobs: 0, stop_jobs: 0 } };
      expect(await database.journal.ingest(intake)).toMatchObject({ kind: 'ingested' });
    });

    it('queues behind the jobs of the game, and before those that come later', async () => {
      const [before, after] = [startOf(gameId()), startOf(gameId())];
      const asked = request({ job: { kind: 'stop', gameId: before.job.gameId, reason: 'timeout', requestedAtMs: 0n } });
      await queue(database, before);
      await operations.enqueue(asked);
      await queue(database, after);
      const ords = await Promise.all([before, asked, after].map(async ({ opId }) => (await database.log.get(opId))?.ord ?? 0n));
      expect([...ords].sort((a, b) => (a < b ? -1 : 1))).toEqual(ords);
      expect((await database.journal.claim(anything())).map(({ opId }) => opId)).toEqual([before.opId, after.opId]);
    });

    it('makes a start that runs give way to a requested stop', async () => {
      const start = startOf(gameId());
      await queue(database, start);
      const claim = await claimOne(database);
      await operations.enqueue(request({ job: { kind: 'stop', gameId: claim.gameId, reason: 'cancelled', requestedAtMs: 0n } }));
      expect(await database.journal.renew([claim], 1000)).toMatchObject([{ state: 'superseded' }]);
    });

    it('publishes nothing for what Lobby did not ask for', async () => {
      await operations.enqueue(request());
      expect(await finishWell(database, await claimOne(database))).toEqual({ kind: 'applied', publish: [] });
      expect(await database.outbox.pending(10)).toEqual([]);
    });

    describe('a name that was used before', () => {
      it('is the same operation, whatever its status is by now, and whenever it was sent', async () => {
        const asked = request();
        await operations.enqueue(asked);
        const again = { ...asked, opId: randomUUID(), requestedBy: 'bob', job: { ...asked.job, requestedAtMs: 5n } };
        const existing = { kind: 'existing', opId: asked.opId };
        expect(await operations.enqueue(again)).toEqual({ ...existing, status: 'queued' });
        expect(await operations.enqueue(asked)).toEqual({ ...existing, status: 'queued' });
        const claim = await claimOne(database);
        expect(await operations.enqueue(again)).toEqual({ ...existing, status: 'running' });
        await database.journal.finish(claim, failure(claim.gameId));
        expect(await operations.enqueue(again)).toEqual({ ...existing, status: 'failed' });
        expect(await database.journal.claim(anything())).toEqual([]);
      });

      it('is refused for another job', async () => {
        const asked = request();
        await operations.enqueue(asked);
        const { gameId: game } = asked.job;
        const others = [
          { kind: 'stop', gameId: game, reason: 'timeout', requestedAtMs: 0n },
          { kind: 'stop', gameId: gameId(), reason: 'admin_request', requestedAtMs: 0n },
          { kind: 'start', gameId: game, imageRef: 'galaxy/engine:1.0.0', requestedAtMs: 0n },
        ] as const;
        for (const job of others) expect(await operations.enqueue({ ...asked, opId: randomUUID(), job })).toEqual({ kind: 'key_reused' });
        expect(await database.log.listByGame(game, { limit: 10 })).toHaveLength(1);
      });

      it('belongs to its source: others may use it too', async () => {
        const job = { kind: 'stop', gameId: gameId(), reason: 'timeout', requestedAtMs: 0n } as const;
        const entry = stopOf(job.gameId);
        await queue(database, entry);
        const named = (source: OperationRequest['source']) => request({ job, source, sourceRef: entry.entryId });
        for (const source of ['admin', 'reconciler'] as const)
          expect(await operations.enqueue(named(source))).toMatchObject({ kind: 'queued' });
        expect(await database.log.listByGame(job.gameId, { limit: 10 })).toHaveLength(3);
      });

      it('is queued once, however many ask for it at once', async () => {
        const asked = request();
        const many = Array.from({ length: 20 }, () => ({ ...asked, opId: randomUUID() }));
        const outcomes = await Promise.all(many.map((one) => operations.enqueue(one)));
        const queued = outcomes.filter(({ kind }) => kind === 'queued');
        expect(queued).toHaveLength(1);
        const [first] = queued;
        const opId = first?.kind === 'queued' ? first.opId : '';
        expect(outcomes.filter(({ kind }) => kind === 'existing')).toEqual(
          Array.from({ length: 19 }, () => ({ kind: 'existing', opId, status: 'queued' })),
        );
        expect(await database.log.listByGame(asked.job.gameId, { limit: 100 })).toHaveLength(1);
      });
    });

    it('queues all that are asked for at once, and tells each caller its own outcome', async () => {
      const asked = Array.from({ length: 50 }, () => request());
      const outcomes = await Promise.all(asked.map((one) => operations.enqueue(one)));
      expect(outcomes).toEqual(asked.map(({ opId }) => ({ kind: 'queued', opId })));
    });

    it('queues nothing while a hold `restored` is in force, and still knows earlier names', async () => {
      const [before, during] = [request(), request()];
      await operations.enqueue(before);
      await database.holds.set('restored', 'found');
      expect(await operations.enqueue(during)).toEqual({ kind: 'on_hold' });
      expect(await operations.enqueue(before)).toMatchObject({ kind: 'existing', opId: before.opId });
      expect(await database.log.get(during.opId)).toBeNull();
      await database.holds.clear('restored');
      await database.holds.set('mass_change', 'found');
      expect(await operations.enqueue(during)).toMatchObject({ kind: 'queued' });
    });

    describe('refuses, and queues nothing', () => {
      const start = (): OperationRequest['job'] => ({
        kind: 'start',
        gameId: gameId(),
        imageRef: 'galaxy/engine:1.0.0',
        requestedAtMs: 0n,
      });
      const wrong: [string, () => unknown][] = [
        ['Lobby as a source', () => request({ source: 'lobby' as 'admin' })],
        ['a source that may not ask for it', () => request({ source: 'reconciler', job: start() })],
        ['a source that nobody knows', () => request({ source: 'somebody' as 'admin' })],
        ['an empty name', () => request({ sourceRef: '' })],
        ['a name that is too long', () => request({ sourceRef: 'x'.repeat(256) })],
        ['a name that cannot be stored as it is', () => request({ sourceRef: 'a\0b' })],
        ['a name that is half a character', () => request({ sourceRef: 'a\ud800' })],
        ['a game id that is none', () => request({ job: { ...start(), gameId: 'No Game' } })],
      ];
      it.each(wrong)('%s', async (_, make) => {
        const asked = make() as OperationRequest;
        await expect(operations.enqueue(asked)).rejects.toThrow(InvalidInputError);
        expect(await database.journal.claim(anything())).toEqual([]);
      });
    });

    it('keeps names of any other text apart', async () => {
      const names = ['x'.repeat(255), ' ', "'; drop table", 'ключ', '😀', 'a', 'A'];
      for (const sourceRef of names) expect(await operations.enqueue(request({ sourceRef }))).toMatchObject({ kind: 'queued' });
      expect(await database.journal.claim(anything())).toHaveLength(names.length);
    });
  });
}
