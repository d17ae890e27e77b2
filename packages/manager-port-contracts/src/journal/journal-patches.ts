import type { RecordPatch, RuntimeRecord } from '@galaxy/domain';
import type { Claim, ExpectedRecord, OperationOutcome, RecordChange } from '@galaxy/manager-ports';
import { LATER, record } from '@galaxy/port-contracts';
import { expect, it } from 'vitest';
import { claimed, success } from '../database/database-samples.js';
import type { DatabaseUnderTest } from '../database/database-under-test.js';

const STOPPED: ExpectedRecord = { status: 'stopped', containerId: 'container-1' };
const INTENT = { op: 'start', step: 'intent', previous: null, containerId: null } as const;
const CREATED = { op: 'start', step: 'created', previous: null, containerId: 'container-2' } as const;

const patch = (set: RecordPatch, expected: ExpectedRecord = STOPPED): RecordChange => ({ kind: 'patch', expected, set });
const endingWith = ({ gameId }: Claim, change: RecordChange): OperationOutcome => ({ ...success(gameId), record: change });

// Every field that a patch may have, each with a value that the sample does not have.
const EVERYTHING: Required<RecordPatch> = {
  status: 'running',
  currentContainerId: 'container-2',
  currentImageRef: 'galaxy/engine:2.0.0',
  engineEndpoint: 'http://elsewhere:1',
  paused: true,
  startedAt: LATER,
  stoppedAt: null,
  removedAt: null,
  lastOpAt: LATER,
  imageId: null,
  imageDigest: 'sha256:ffff',
  engineVersion: '2.0.0',
  currentTurn: 8,
  nextTurnAt: null,
  health: 'unhealthy',
  lastError: 'engine_not_ready: "it" never answered',
};

/** What {@link OperationJournal} promises of changes of the record. */
export function patchPromises(opened: () => DatabaseUnderTest): void {
  const begin = async (changes: Partial<RuntimeRecord> = {}): Promise<Claim> => {
    const claim = await claimed(opened());
    await opened().records.upsert(record(claim.gameId, 'stopped', changes));
    return claim;
  };
  const stored = ({ gameId }: Claim) => opened().records.get(gameId);
  const pause = async (claim: Claim) => opened().records.upsert({ ...(await stored(claim)), paused: true });

  it('keeps a pause that somebody else writes during the operation', async () => {
    const claim = await begin();
    const { journal } = opened();
    await journal.advance(claim, INTENT, patch({ status: 'starting', currentContainerId: null }));
    await pause(claim);
    const expected = { status: 'starting', containerId: null } as const;
    await journal.finish(claim, endingWith(claim, patch({ status: 'running', currentContainerId: 'container-2' }, expected)));
    expect(await stored(claim)).toMatchObject({ status: 'running', currentContainerId: 'container-2', paused: true });
  });

  it('ends that pause when the operation sets the field itself', async () => {
    const claim = await begin();
    await pause(claim);
    await opened().journal.finish(claim, endingWith(claim, patch({ paused: false })));
    expect(await stored(claim)).toEqual(record(claim.gameId, 'stopped', { version: 3 }));
  });

  it('sets every field of a record that can change, also to null, and no other', async () => {
    const claim = await begin();
    await opened().journal.finish(claim, endingWith(claim, patch(EVERYTHING)));
    expect(await stored(claim)).toEqual(record(claim.gameId, 'running', { ...EVERYTHING, version: 2 }));
  });

  it('raises the version by one with every change, and not for a patch without fields', async () => {
    const claim = await begin();
    const { journal } = opened();
    const versions = [(await stored(claim)).version];
    await journal.advance(claim, INTENT, patch({ paused: true }));
    versions.push((await stored(claim)).version);
    await journal.advance(claim, CREATED, patch({}));
    versions.push((await stored(claim)).version);
    await journal.finish(claim, endingWith(claim, patch({ paused: false })));
    versions.push((await stored(claim)).version);
    expect(versions).toEqual([1, 2, 2, 3]);
  });

  it('checks what is expected also for a patch without fields', async () => {
    const claim = await begin();
    const change = patch({}, { ...STOPPED, containerId: 'container-2' });
    expect(await opened().journal.advance(claim, INTENT, change)).toEqual({ kind: 'stale' });
  });

  it('is stale when the version is not the expected one: nothing was changed', async () => {
    const claim = await begin();
    const { journal } = opened();
    await pause(claim);
    const before = await stored(claim);
    const change = patch({ status: 'removed' }, { ...STOPPED, version: before.version - 1 });
    expect(await journal.advance(claim, INTENT, change)).toEqual({ kind: 'stale' });
    expect(await journal.finish(claim, endingWith(claim, change))).toEqual({ kind: 'stale' });
    expect(await stored(claim)).toEqual(before);
    const fresh = patch({ status: 'removed' }, { ...STOPPED, version: before.version });
    expect(await journal.finish(claim, endingWith(claim, fresh))).toMatchObject({ kind: 'applied' });
    expect(await stored(claim)).toEqual({ ...before, status: 'removed', version: before.version + 1 });
  });

  it('is already mine when an earlier call of this very attempt set the fields, whatever others changed since', async () => {
    const claim = await begin();
    const { journal } = opened();
    const change = patch({ status: 'starting', currentContainerId: null });
    await journal.advance(claim, INTENT, change);
    await pause(claim);
    const before = await stored(claim);
    expect(await journal.advance(claim, INTENT, change)).toEqual({ kind: 'already_mine' });
    expect(await stored(claim)).toEqual(before);
  });

  it('changes nothing a second time, also when the record still is as it was expected', async () => {
    const claim = await begin();
    const { journal } = opened();
    await journal.advance(claim, INTENT, patch({ paused: true }));
    expect(await journal.advance(claim, INTENT, patch({ paused: true }))).toEqual({ kind: 'already_mine' });
    expect(await journal.advance(claim, INTENT, patch({ paused: false }))).toEqual({ kind: 'stale' });
    expect(await stored(claim)).toMatchObject({ paused: true, version: 2 });
  });

  it('is already mine for an inserted record that others have changed since', async () => {
    const claim = await claimed(opened());
    const { journal } = opened();
    const change: RecordChange = { kind: 'insert', record: record(claim.gameId, 'starting', { currentContainerId: null }) };
    await journal.advance(claim, INTENT, change);
    await pause(claim);
    expect(await journal.advance(claim, INTENT, change)).toEqual({ kind: 'already_mine' });
    expect(await stored(claim)).toMatchObject({ status: 'starting', paused: true });
  });

  it('is stale without a record', async () => {
    const claim = await claimed(opened());
    expect(await opened().journal.finish(claim, endingWith(claim, patch({ paused: true })))).toEqual({ kind: 'stale' });
    expect(await opened().records.list()).toEqual([]);
  });
}
