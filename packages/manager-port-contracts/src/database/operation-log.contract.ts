import { randomUUID } from 'node:crypto';
import type { OperationLog } from '@galaxy/manager-ports';
import { record } from '@galaxy/port-contracts';
import { InvalidInputError } from '@galaxy/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  claimOne,
  failure,
  finishWell,
  gameId,
  invalidOf,
  queue,
  SHORT_MS,
  startOf,
  stopOf,
  success,
  takenOver,
} from './database-samples.js';
import type { DatabaseUnderTest } from './database-under-test.js';

/** The promises of {@link OperationLog}, for an adapter to pass. `open` gives an empty database each time. */
export function operationLogContract(name: string, open: () => Promise<DatabaseUnderTest>): void {
  describe(`OperationLog: ${name}`, () => {
    let database: DatabaseUnderTest;
    let log: OperationLog;
    beforeEach(async () => {
      database = await open();
      log = database.log;
    });
    afterEach(() => database.close());

    it('has null for an operation that is not there, whatever the id looks like', async () => {
      expect(await log.get(randomUUID())).toBeNull();
      expect(await log.get('no such id')).toBeNull();
    });

    it('shows a queued operation', async () => {
      const job = startOf(gameId());
      await queue(database, job);
      expect(await log.get(job.opId)).toEqual({
        ord: expect.any(BigInt),
        opId: job.opId,
        gameId: job.job.gameId,
        op: 'start',
        class: 'start',
        source: 'lobby',
        sourceRef: job.entryId,
        job: job.job,
        requestedBy: 'lobby',
        requestedAtMs: 1_767_225_600_000n,
        reason: '',
        status: 'queued',
        statusBefore: null,
        attempt: 0,
        failures: 0,
        step: null,
        errorCode: '',
        errorMessage: '',
        result: null,
        queuedAt: expect.any(Date),
        startedAt: null,
        finishedAt: null,
      });
    });

    it('shows what was asked for, by whom and why', async () => {
      const game = gameId();
      const stop = stopOf(game);
      const job = { kind: 'stop', gameId: game, reason: 'admin_request', requestedAtMs: 9_007_199_254_740_993n } as const;
      await queue(database, stop, invalidOf(game, 'stop'));
      await database.operationQueue.enqueue({ opId: randomUUID(), source: 'admin', sourceRef: 'r-17', job, requestedBy: 'ann' });
      expect(await log.listByGame(game, { limit: 10 })).toMatchObject([
        { job, requestedBy: 'ann', requestedAtMs: 9_007_199_254_740_993n, reason: 'admin_request', sourceRef: 'r-17' },
        { job: { kind: 'invalid', of: 'stop' }, requestedBy: 'lobby', requestedAtMs: null, reason: '' },
        { job: stop.job, requestedBy: 'lobby', requestedAtMs: null, reason: 'cancelled' },
      ]);
    });

    it('keeps the status that the record had at the first claim', async () => {
      const [known, unknown] = [gameId(), gameId()];
      await database.records.upsert(record(known));
      const [first, second] = [stopOf(known), startOf(unknown)];
      await queue(database, first);
      const claim = await claimOne(database);
      expect(await log.get(first.opId)).toMatchObject({ statusBefore: 'running' });
      await database.journal.releaseClaim(claim, { reason: 'handover', delayMs: 0, unavailableMs: 0 });
      await database.records.upsert(record(known, 'stopped'));
      await claimOne(database);
      expect(await log.get(first.opId)).toMatchObject({ statusBefore: 'running', attempt: 2 });
      await queue(database, second);
      await claimOne(database);
      expect(await log.get(second.opId)).toMatchObject({ statusBefore: null });
    });

    it('shows entries that could not be decoded as what their stream asks for', async () => {
      const game = gameId();
      await queue(database, invalidOf(game, 'start'), invalidOf(game, 'stop'));
      expect(await log.listByGame(game, { limit: 10 })).toMatchObject([{ op: 'stop' }, { op: 'start' }]);
    });

    it('shows attempt and step while an operation runs, and keeps the time of the first claim', async () => {
      const job = startOf(gameId());
      await queue(database, job);
      const claim = await claimOne(database, { ttlMs: SHORT_MS });
      const first = await log.get(job.opId);
      expect(first).toMatchObject({ status: 'running', attempt: 1, failures: 0, step: null, startedAt: expect.any(Date) });
      await database.journal.advance(claim, { op: 'start', step: 'replacing', previous: null, containerId: null }, { kind: 'keep' });
      await takenOver(database, { ttlMs: SHORT_MS });
      await takenOver(database);
      const { startedAt } = first ?? {};
      expect(await log.get(job.opId)).toMatchObject({ status: 'running', attempt: 3, failures: 1, step: 'replacing', startedAt });
    });

    it('shows how an operation ended: no code after a fresh success, code and message otherwise', async () => {
      const game = gameId();
      await queue(database, startOf(game), stopOf(game));
      await finishWell(database, await claimOne(database));
      await database.journal.finish(await claimOne(database), failure(game));
      expect(await log.listByGame(game, { limit: 10 })).toMatchObject([
        {
          ...{ op: 'stop', status: 'failed', errorCode: 'image_pull_failed', errorMessage: failure(game).result.errorMessage },
          result: { outcome: 'failure', containerId: '', engineEndpoint: '' },
        },
        {
          ...{ op: 'start', status: 'succeeded', errorCode: '', errorMessage: '', finishedAt: expect.any(Date) },
          result: { outcome: 'success', containerId: 'container-1', engineEndpoint: success(game).result.engineEndpoint },
        },
      ]);
    });

    it("lists a game's operations, newest first, page by page", async () => {
      const game = gameId();
      const jobs = [startOf(game), stopOf(game), startOf(game), stopOf(game), startOf(game)];
      await queue(database, ...jobs, startOf(gameId()));
      const newest = jobs.map(({ opId }) => opId).reverse();
      const first = await log.listByGame(game, { limit: 3 });
      const second = await log.listByGame(game, { limit: 3, beforeOrd: first.at(-1)?.ord ?? 0n });
      expect([...first, ...second].map(({ opId }) => opId)).toEqual(newest);
      expect(await log.listByGame(gameId(), { limit: 3 })).toEqual([]);
    });

    it.each([0, -1, 1001, 2.5])('refuses pages of %s operations', async (limit) => {
      await expect(log.listByGame(gameId(), { limit })).rejects.toThrow(InvalidInputError);
    });
  });
}
