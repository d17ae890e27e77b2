import { record } from '@galaxy/port-contracts';
import { expect, it } from 'vitest';
import {
  anything,
  claimed,
  claimOne,
  gameId,
  LONG_MS,
  queue,
  SHORT_MS,
  startOf,
  stopOf,
  success,
  takenOver,
} from '../database/database-samples.js';
import type { DatabaseUnderTest } from '../database/database-under-test.js';

const AT_ONCE = { reason: 'handover', delayMs: 0, unavailableMs: 0 } as const;

/** What {@link OperationJournal} promises of claims that are given back. */
export function releasePromises(opened: () => DatabaseUnderTest): void {
  it('lets anybody claim the operation, also where take-overs are not allowed', async () => {
    const claim = await claimed(opened());
    await opened().journal.releaseClaim(claim, AT_ONCE);
    expect(await claimOne(opened(), { takeOver: false })).toMatchObject({ opId: claim.opId, attempt: 2 });
  });

  it('lets nobody claim it again before the delay has passed, nor anything else of its game', async () => {
    const game = gameId();
    const [first, second] = [startOf(game), stopOf(game)];
    await queue(opened(), first, second);
    const claim = await claimOne(opened());
    await opened().journal.releaseClaim(claim, { ...AT_ONCE, delayMs: 1000 });
    expect(await opened().journal.claim(anything())).toEqual([]);
    await opened().elapse(1050);
    expect(await claimOne(opened(), { takeOver: false })).toMatchObject({ opId: first.opId });
  });

  it('counts against the limit of its kind like any other', async () => {
    const claim = await claimed(opened());
    await opened().journal.releaseClaim(claim, AT_ONCE);
    await queue(opened(), startOf(gameId()));
    expect(await opened().journal.claim(anything({ places: { start: 0 } }))).toEqual([]);
    expect(await opened().journal.claim(anything({ places: { start: 1 } }))).toMatchObject([{ opId: claim.opId }]);
  });

  it('ends the claim: its previous holder has lost it', async () => {
    const claim = await claimed(opened());
    await opened().journal.releaseClaim(claim, { ...AT_ONCE, delayMs: LONG_MS });
    const { journal } = opened();
    expect(await journal.renew([claim], LONG_MS)).toMatchObject([{ state: 'lost' }]);
    const insert = { kind: 'insert', record: record(claim.gameId) } as const;
    expect(await journal.advance(claim, { op: 'start', step: 'intent', previous: null, containerId: null }, insert)).toEqual({
      kind: 'lost',
    });
    expect(await journal.finish(claim, success(claim.gameId))).toEqual({ kind: 'lost' });
    expect(await opened().records.list()).toEqual([]);
    expect(await opened().log.get(claim.opId)).toMatchObject({ status: 'running', step: null });
  });

  it('is a no-op when the claim is lost already', async () => {
    const previous = await claimed(opened(), { ttlMs: SHORT_MS });
    const present = await takenOver(opened());
    await opened().journal.releaseClaim(previous, { ...AT_ONCE, unavailableMs: 5 });
    await opened().journal.releaseClaim({ ...previous, opId: previous.opId.replace(/^.{8}/, '00000000') }, AT_ONCE);
    expect(await opened().journal.renew([present], LONG_MS)).toMatchObject([{ state: 'held' }]);
    expect(await opened().journal.claim(anything())).toEqual([]);
  });

  it('counts as a failure only when it was one', async () => {
    let claim = await claimed(opened());
    for (const [reason, failures] of [
      ['handover', 0],
      ['outage', 0],
      ['failure', 1],
      ['failure', 2],
      ['handover', 2],
    ] as const) {
      await opened().journal.releaseClaim(claim, { ...AT_ONCE, reason });
      claim = await claimOne(opened());
      expect(claim.failures).toBe(failures);
    }
    expect(claim.attempt).toBe(6);
  });

  it('does not count as a failure after a new step', async () => {
    const claim = await claimed(opened());
    await opened().journal.advance(claim, { op: 'start', step: 'intent', previous: null, containerId: null }, { kind: 'keep' });
    await opened().journal.releaseClaim(claim, { ...AT_ONCE, reason: 'failure' });
    expect(await claimOne(opened())).toMatchObject({ failures: 0 });
  });

  it('adds up the time without a container engine, once per call that counts', async () => {
    const first = await claimed(opened());
    await opened().journal.releaseClaim(first, { ...AT_ONCE, unavailableMs: 1500 });
    await opened().journal.releaseClaim(first, { ...AT_ONCE, unavailableMs: 1500 });
    const second = await claimOne(opened());
    expect(second.unavailableMs).toBe(1500);
    await opened().journal.releaseClaim(second, { ...AT_ONCE, unavailableMs: 700 });
    expect((await claimOne(opened())).unavailableMs).toBe(2200);
  });
}
