import type { RecordPatch } from '@galaxy/domain';
import type { Claim, ExpectedRecord, OperationProgress, RecordChange } from '@galaxy/manager-ports';
import { LATER, record } from '@galaxy/port-contracts';
import { expect, it } from 'vitest';
import { claimed, finishWell, SHORT_MS, takenOver } from '../database/database-samples.js';
import type { DatabaseUnderTest } from '../database/database-under-test.js';

const INTENT: OperationProgress = {
  op: 'start',
  step: 'intent',
  previous: { status: 'stopped', containerId: 'old "one"', imageRef: 'galaxy/engine:0.9.0' },
  containerId: null,
};
const CREATED: OperationProgress = { ...INTENT, step: 'created', containerId: 'container-2' };

const starting = ({ gameId }: Claim) => record(gameId, 'starting', { currentContainerId: null, lastOpAt: LATER });
const insert = (claim: Claim): RecordChange => ({ kind: 'insert', record: starting(claim) });
const SET = { status: 'starting', currentContainerId: null, lastOpAt: LATER } as const;
const patch = (expected: ExpectedRecord, set: RecordPatch = SET): RecordChange => ({ kind: 'patch', expected, set });

/** What {@link OperationJournal} promises of steps. */
export function stepPromises(opened: () => DatabaseUnderTest): void {
  const stored = async ({ gameId }: Claim) => (await opened().records.list()).find((one) => one.gameId === gameId) ?? null;

  it('records a step, which the next attempt is told', async () => {
    const claim = await claimed(opened(), { ttlMs: SHORT_MS });
    expect(await opened().journal.advance(claim, INTENT, { kind: 'keep' })).toEqual({ kind: 'applied' });
    expect(await opened().journal.advance(claim, CREATED, { kind: 'keep' })).toEqual({ kind: 'applied' });
    expect(await takenOver(opened())).toMatchObject({ opId: claim.opId, attempt: 2, progress: CREATED, record: null });
  });

  it('installs a record where there is none', async () => {
    const claim = await claimed(opened());
    expect(await opened().journal.advance(claim, INTENT, insert(claim))).toEqual({ kind: 'applied' });
    expect(await stored(claim)).toEqual(starting(claim));
  });

  it.each(['container-1', null])('patches a record when status and container id (%s) are as expected', async (containerId) => {
    const claim = await claimed(opened());
    await opened().records.upsert(record(claim.gameId, 'stopped', { currentContainerId: containerId, paused: true }));
    expect(await opened().journal.advance(claim, INTENT, patch({ status: 'stopped', containerId }))).toEqual({ kind: 'applied' });
    expect(await stored(claim)).toEqual({ ...starting(claim), paused: true, version: 2 });
  });

  it('is stale when the record is not as expected: nothing was changed', async () => {
    const claim = await claimed(opened(), { ttlMs: SHORT_MS });
    const { journal, records, log } = opened();
    expect(await journal.advance(claim, INTENT, patch({ status: 'stopped', containerId: null }))).toEqual({ kind: 'stale' });
    expect(await stored(claim)).toBeNull();
    const there = record(claim.gameId, 'stopped');
    await records.upsert(there);
    expect(await journal.advance(claim, INTENT, insert(claim))).toEqual({ kind: 'stale' });
    const expectations = [
      { status: 'running', containerId: 'container-1' },
      { status: 'stopped', containerId: 'container-2' },
      { status: 'stopped', containerId: null },
    ] as const;
    for (const expected of expectations) expect(await journal.advance(claim, INTENT, patch(expected))).toEqual({ kind: 'stale' });
    expect(await stored(claim)).toEqual(there);
    expect(await log.get(claim.opId)).toMatchObject({ step: null });
    expect((await takenOver(opened())).progress).toBeNull();
  });

  it("is stale for another game's record", async () => {
    const claim = await claimed(opened());
    const change: RecordChange = { kind: 'insert', record: record('another-game') };
    expect(await opened().journal.advance(claim, INTENT, change)).toEqual({ kind: 'stale' });
    expect(await opened().records.list()).toEqual([]);
  });

  it('is already mine when an earlier call of this very attempt did it', async () => {
    const claim = await claimed(opened());
    const { journal } = opened();
    await journal.advance(claim, INTENT, insert(claim));
    expect(await journal.advance(claim, INTENT, insert(claim))).toEqual({ kind: 'already_mine' });
    expect(await stored(claim)).toEqual(starting(claim));
    await journal.advance(claim, CREATED, { kind: 'keep' });
    expect(await journal.advance(claim, CREATED, { kind: 'keep' })).toEqual({ kind: 'already_mine' });
    expect(await journal.advance(claim, { ...CREATED, containerId: 'container-3' }, { kind: 'keep' })).toEqual({ kind: 'applied' });
  });

  it('is stale, not already mine, when the step is recorded but the record has moved on', async () => {
    const claim = await claimed(opened());
    const { journal, records } = opened();
    await journal.advance(claim, INTENT, insert(claim));
    await records.updateStatus({ gameId: claim.gameId, expectedFrom: 'starting', expectedContainerId: '', to: 'removed', now: LATER });
    expect(await journal.advance(claim, INTENT, insert(claim))).toEqual({ kind: 'stale' });
  });

  it('is applied anew by a later attempt', async () => {
    const first = await claimed(opened(), { ttlMs: SHORT_MS });
    await opened().journal.advance(first, INTENT, { kind: 'keep' });
    const second = await takenOver(opened());
    expect(await opened().journal.advance(second, INTENT, { kind: 'keep' })).toEqual({ kind: 'applied' });
  });

  it('applies once when the same call arrives many times at once', async () => {
    const claim = await claimed(opened());
    const calls = Array.from({ length: 8 }, () => opened().journal.advance(claim, INTENT, insert(claim)));
    const kinds = (await Promise.all(calls)).map(({ kind }) => kind).sort();
    expect(kinds).toEqual([...Array.from({ length: 7 }, () => 'already_mine'), 'applied']);
  });

  it('is lost after a take-over: nothing was changed', async () => {
    const previous = await claimed(opened(), { ttlMs: SHORT_MS });
    const present = await takenOver(opened());
    expect(await opened().journal.advance(previous, INTENT, insert(previous))).toEqual({ kind: 'lost' });
    expect(await stored(previous)).toBeNull();
    expect(await opened().log.get(previous.opId)).toMatchObject({ attempt: 2, step: null });
    expect(await opened().journal.advance(present, INTENT, insert(present))).toEqual({ kind: 'applied' });
  });

  it('still counts after the claim has expired, while nobody took it over', async () => {
    const claim = await claimed(opened(), { ttlMs: SHORT_MS });
    await opened().elapse(SHORT_MS + 50);
    expect(await opened().journal.advance(claim, INTENT, insert(claim))).toEqual({ kind: 'applied' });
  });

  it('is lost after the operation ended, and for an operation that does not exist', async () => {
    const claim = await claimed(opened());
    await finishWell(opened(), claim);
    expect(await opened().journal.advance(claim, INTENT, insert(claim))).toEqual({ kind: 'lost' });
    const unknown = { opId: claim.opId.replace(/^.{8}/, '00000000'), attempt: 1 };
    expect(await opened().journal.advance(unknown, INTENT, { kind: 'keep' })).toEqual({ kind: 'lost' });
    expect(await stored(claim)).toBeNull();
  });

  it('counts an attempt as failed unless it made a new step', async () => {
    const first = await claimed(opened(), { ttlMs: SHORT_MS });
    await opened().journal.advance(first, INTENT, { kind: 'keep' });
    const second = await takenOver(opened(), { ttlMs: SHORT_MS });
    expect(second.failures).toBe(0);
    // A step that an earlier attempt had made already is no new one.
    await opened().journal.advance(second, INTENT, { kind: 'keep' });
    const third = await takenOver(opened(), { ttlMs: SHORT_MS });
    expect(third.failures).toBe(1);
    await opened().journal.advance(third, CREATED, { kind: 'keep' });
    const fourth = await takenOver(opened(), { ttlMs: SHORT_MS });
    expect(fourth.failures).toBe(1);
    // Nor is the way up to where the operation had been before.
    await opened().journal.advance(fourth, INTENT, { kind: 'keep' });
    await opened().journal.advance(fourth, CREATED, { kind: 'keep' });
    expect((await takenOver(opened())).failures).toBe(2);
  });
}
