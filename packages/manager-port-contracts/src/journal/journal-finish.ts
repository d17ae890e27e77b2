import type { Claim, OperationOutcome } from '@galaxy/manager-ports';
import { record } from '@galaxy/port-contracts';
import { expect, it } from 'vitest';
import {
  anything,
  claimed,
  claimOne,
  failure,
  finishWell,
  gameId,
  LONG_MS,
  pendingIn,
  queue,
  SHORT_MS,
  startOf,
  stopOf,
  success,
  takenOver,
} from '../database/database-samples.js';
import type { DatabaseUnderTest } from '../database/database-under-test.js';

const running = ({ gameId }: Claim): OperationOutcome => ({
  ...success(gameId),
  record: {
    kind: 'patch',
    expected: { status: 'starting', containerId: null },
    set: { status: 'running', currentContainerId: 'container-1' },
  },
});

/** What {@link OperationJournal} promises of ends and of the numbers of results. */
export function finishPromises(opened: () => DatabaseUnderTest): void {
  const begin = async (ttlMs = LONG_MS): Promise<Claim> => {
    const claim = await claimed(opened(), { ttlMs });
    await opened().records.upsert(record(claim.gameId, 'starting', { currentContainerId: null }));
    return claim;
  };
  const resultsOf = (lane: string) => pendingIn(opened(), { kind: 'job_result', lane });

  it('ends the operation: record, operation and result', async () => {
    const claim = await begin();
    const outcome = await opened().journal.finish(claim, running(claim));
    expect(outcome).toEqual({
      kind: 'applied',
      publish: [{ kind: 'job_result', id: expect.any(BigInt), epoch: 0n, message: { number: 1n, result: success(claim.gameId).result } }],
    });
    expect(await opened().records.get(claim.gameId)).toEqual(record(claim.gameId, 'running', { version: 2 }));
    expect(await opened().log.get(claim.opId)).toMatchObject({ status: 'succeeded', finishedAt: expect.any(Date) });
    expect(await opened().outbox.pending(10)).toEqual(outcome.kind === 'applied' ? outcome.publish : []);
  });

  it('ends a failed operation, with or without a record', async () => {
    const claim = await claimed(opened());
    const first = record(claim.gameId, 'removed', { currentContainerId: null });
    const outcome: OperationOutcome = { ...failure(claim.gameId), record: { kind: 'insert', record: first } };
    expect(await opened().journal.finish(claim, outcome)).toMatchObject({ kind: 'applied' });
    expect(await opened().records.get(claim.gameId)).toEqual(first);
    expect(await opened().log.get(claim.opId)).toMatchObject({ status: 'failed', errorCode: 'image_pull_failed' });
    const other = await claimed(opened());
    expect(await opened().journal.finish(other, failure(other.gameId))).toMatchObject({ kind: 'applied' });
    expect(await opened().records.list()).toHaveLength(1);
  });

  it('keeps whatever text a result carries', async () => {
    const claim = await claimed(opened());
    const errorMessage = `"quoted" \\ line\nbreak \u0000 \ud800 ${'é'.repeat(100)}`;
    const result = { ...failure(claim.gameId).result, errorMessage };
    const outcome = await opened().journal.finish(claim, { ...failure(claim.gameId), result });
    expect(outcome).toMatchObject({ kind: 'applied', publish: [{ message: { result } }] });
    expect(await resultsOf(claim.gameId)).toMatchObject([{ message: { result } }]);
  });

  it('is stale when the record is not as expected: nothing was changed', async () => {
    const claim = await claimed(opened());
    const there = record(claim.gameId, 'removed');
    await opened().records.upsert(there);
    expect(await opened().journal.finish(claim, running(claim))).toEqual({ kind: 'stale' });
    expect(await opened().records.get(claim.gameId)).toEqual(there);
    expect(await opened().log.get(claim.opId)).toMatchObject({ status: 'running', finishedAt: null });
    expect(await opened().outbox.pending(10)).toEqual([]);
    expect(await opened().journal.renew([claim], LONG_MS)).toMatchObject([{ state: 'held' }]);
  });

  it('is already mine the second time, with the same outbox entry', async () => {
    const claim = await begin();
    const first = await opened().journal.finish(claim, running(claim));
    const again = await opened().journal.finish(claim, running(claim));
    expect(again).toEqual({ ...first, kind: 'already_mine' });
    expect(await resultsOf(claim.gameId)).toHaveLength(1);
  });

  it('ends once when the same call arrives many times at once', async () => {
    const claim = await begin();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => opened().journal.finish(claim, running(claim))));
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual([...Array.from({ length: 7 }, () => 'already_mine'), 'applied']);
    expect(new Set(outcomes.map((outcome) => ('publish' in outcome ? outcome.publish.map(({ id }) => id).join() : null))).size).toBe(1);
    expect(await resultsOf(claim.gameId)).toHaveLength(1);
  });

  it('is lost after a take-over: nothing was changed; the present holder ends it', async () => {
    const previous = await begin(SHORT_MS);
    const present = await takenOver(opened());
    expect(await opened().journal.finish(previous, running(previous))).toEqual({ kind: 'lost' });
    expect(await opened().records.get(previous.gameId)).toMatchObject({ status: 'starting' });
    expect(await opened().outbox.pending(10)).toEqual([]);
    expect(await opened().journal.finish(present, running(present))).toMatchObject({
      kind: 'applied',
      publish: [{ message: { number: 1n } }],
    });
    expect(await opened().journal.finish(previous, running(previous))).toEqual({ kind: 'lost' });
  });

  it('is lost for an operation that does not exist', async () => {
    const unknown = { opId: '00000000-0000-4000-8000-000000000000', attempt: 1 };
    expect(await opened().journal.finish(unknown, success(gameId()))).toEqual({ kind: 'lost' });
  });

  it('still counts after the claim has expired, while nobody took it over', async () => {
    const claim = await begin(SHORT_MS);
    await opened().elapse(SHORT_MS + 50);
    expect(await opened().journal.finish(claim, running(claim))).toMatchObject({ kind: 'applied' });
    expect(await opened().journal.claim(anything())).toEqual([]);
  });

  it('cannot be renewed, released or ended otherwise afterwards', async () => {
    const claim = await begin();
    await opened().journal.finish(claim, running(claim));
    expect(await opened().journal.renew([claim], LONG_MS)).toMatchObject([{ state: 'lost' }]);
    await opened().journal.releaseClaim(claim, { reason: 'failure', delayMs: 0, unavailableMs: 0 });
    expect(await opened().journal.claim(anything())).toEqual([]);
    expect(await opened().journal.finish(claim, failure(claim.gameId))).toMatchObject({
      kind: 'already_mine',
      publish: [{ message: { result: { outcome: 'success' } } }],
    });
  });

  it('numbers the results of a game from 1 without gaps, in the order of its jobs, however many work', async () => {
    const ids = Array.from({ length: 5 }, () => gameId());
    await queue(opened(), ...Array.from({ length: 50 }, (_, n) => (n % 2 === 0 ? startOf : stopOf)(ids[n % 5] ?? '')));
    const ordsOf = new Map<string, bigint[]>(ids.map((id) => [id, []]));
    let left = 50;
    const worker = async () => {
      while (left > 0) {
        const [claim] = await opened().journal.claim(anything({ places: { start: 1, other: 0 } }));
        const [other] = claim === undefined ? await opened().journal.claim(anything({ places: { start: 0, other: 1 } })) : [];
        const taken = claim ?? other;
        if (taken === undefined) continue;
        ordsOf.get(taken.gameId)?.push(taken.ord);
        left--;
        await finishWell(opened(), taken);
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    for (const id of ids) {
      expect((await resultsOf(id)).map(({ message }) => message.number)).toEqual(Array.from({ length: 10 }, (_, n) => BigInt(n + 1)));
      const ords = ordsOf.get(id) ?? [];
      expect(ords).toEqual([...ords].sort((a, b) => (a < b ? -1 : 1)));
    }
  });

  it('ends many operations at the same moment, each with its own outcome', async () => {
    await queue(opened(), ...Array.from({ length: 40 }, () => stopOf(gameId())));
    const claims = await opened().journal.claim(anything());
    const outcomes = await Promise.all(
      claims.map((claim, n) =>
        opened().journal.finish(n % 4 === 0 ? { ...claim, attempt: 7 } : claim, n % 4 === 1 ? running(claim) : success(claim.gameId)),
      ),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(claims.map((_, n) => ['lost', 'stale', 'applied', 'applied'][n % 4]));
    expect(await opened().outbox.pending(100)).toHaveLength(20);
  });

  it('lets the next operation of the game begin', async () => {
    const game = gameId();
    const [first, second] = [startOf(game), stopOf(game)];
    await queue(opened(), first, second);
    await finishWell(opened(), await claimOne(opened()));
    const claim = await claimOne(opened());
    expect(claim.opId).toBe(second.opId);
    expect(await finishWell(opened(), claim)).toMatchObject({ publish: [{ message: { number: 2n } }] });
  });
}
