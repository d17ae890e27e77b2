import { randomUUID } from 'node:crypto';
import type { OperationLog } from '@galaxy/manager-ports';
import { InvalidInputError } from '@galaxy/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimOne, failure, finishWell, gameId, invalidOf, queue, SHORT_MS, startOf, stopOf, takenOver } from './database-samples.js';
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
        source: 'lobby',
        sourceRef: job.entryId,
        status: 'queued',
        attempt: 0,
        failures: 0,
        step: null,
        errorCode: '',
        errorMessage: '',
        queuedAt: expect.any(Date),
        startedAt: null,
        finishedAt: null,
      });
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
        { op: 'stop', status: 'failed', errorCode: 'image_pull_failed', errorMessage: failure(game).result.errorMessage },
        { op: 'start', status: 'succeeded', errorCode: '', errorMessage: '', finishedAt: expect.any(Date) },
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
