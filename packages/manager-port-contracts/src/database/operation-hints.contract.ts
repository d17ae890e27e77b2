import { randomUUID } from 'node:crypto';
import type { OperationHint, OperationHints } from '@galaxy/manager-ports';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { claimOne, failure, finishWell, gameId, queue, stopOf } from './database-samples.js';
import type { DatabaseUnderTest } from './database-under-test.js';

/** The promises of {@link OperationHints}, for an adapter to pass. `open` gives an empty database each time. */
export function operationHintsContract(
  name: string,
  open: () => Promise<DatabaseUnderTest & { readonly operationHints: OperationHints }>,
): void {
  describe(`OperationHints: ${name}`, () => {
    let database: Awaited<ReturnType<typeof open>>;
    let stopping: AbortController;
    beforeEach(async () => {
      database = await open();
      stopping = new AbortController();
    });
    afterEach(async () => {
      stopping.abort();
      await database.close();
    });

    const follow = async () => {
      const hints: OperationHint[] = [];
      const following = database.operationHints.watch((hint) => void hints.push(hint), stopping.signal);
      await vi.waitFor(() => expect(hints).toEqual([{ kind: 'connected' }]), 4000);
      return { hints, following };
    };
    const request = async () => {
      const opId = randomUUID();
      const job = { kind: 'stop', gameId: gameId(), reason: 'timeout', requestedAtMs: 0n } as const;
      await database.operationQueue.enqueue({ opId, source: 'admin', sourceRef: opId, job, requestedBy: 'ann' });
      return opId;
    };

    it('tells that something was requested, and which request has ended, to all who follow', async () => {
      const all = [await follow(), await follow()];
      const opId = await request();
      const queued = [{ kind: 'connected' }, { kind: 'queued' }];
      await vi.waitFor(() => expect(all.map(({ hints }) => hints)).toEqual([queued, queued]), 4000);
      await finishWell(database, await claimOne(database));
      const ended = [...queued, { kind: 'ended', opId }];
      await vi.waitFor(() => expect(all.map(({ hints }) => hints)).toEqual([ended, ended]), 4000);
    });

    it('tells of failures too, and of nothing that nobody requested', async () => {
      const { hints } = await follow();
      await queue(database, stopOf(gameId()));
      await finishWell(database, await claimOne(database));
      const opId = await request();
      const claim = await claimOne(database);
      await database.journal.finish(claim, failure(claim.gameId));
      const expected = [{ kind: 'connected' }, { kind: 'queued' }, { kind: 'ended', opId }];
      await vi.waitFor(() => expect(hints).toEqual(expected), 4000);
    });

    it('tells of operations that a recovery closes', async () => {
      const { hints } = await follow();
      const opId = await request();
      await database.holds.set('restored', '');
      await database.recovery.closeOperations('the database was restored');
      await vi.waitFor(() => expect(hints.at(-1)).toEqual({ kind: 'ended', opId }), 4000);
    });

    it('returns when its signal aborts, also when it has aborted before, and tells nothing more', async () => {
      const { hints, following } = await follow();
      stopping.abort();
      await following;
      await request();
      await database.operationHints.watch((hint) => void hints.push(hint), stopping.signal);
      expect(hints).toEqual([{ kind: 'connected' }]);
    });
  });
}
