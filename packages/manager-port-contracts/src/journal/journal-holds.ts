import { expect, it } from 'vitest';
import {
  anything,
  claimed,
  claimOne,
  deadLetter,
  finishWell,
  gameId,
  intakeOf,
  LONG_MS,
  queue,
  SHORT_MS,
  startOf,
  takeLease,
} from '../database/database-samples.js';
import type { DatabaseUnderTest } from '../database/database-under-test.js';

/** What {@link OperationJournal} promises while a hold is in force. */
export function holdPromises(opened: () => DatabaseUnderTest): void {
  it('ingests nothing and moves nothing while a hold `restored` is in force', async () => {
    const { journal, holds, outbox } = opened();
    const lease = await takeLease(opened());
    const intake = intakeOf(lease, [startOf(gameId())], [deadLetter('start_jobs')]);
    await holds.set('restored', 'behind Redis');
    expect(await journal.ingest(intake)).toEqual({ kind: 'on_hold' });
    expect(await journal.cursors()).toEqual({ start_jobs: null, stop_jobs: null });
    expect(await outbox.pending(10)).toEqual([]);
    await holds.clear('restored');
    expect(await journal.claim(anything())).toEqual([]);
    expect(await journal.ingest(intake)).toEqual({ kind: 'ingested', queued: 1 });
  });

  it('says of a lost lease that it is lost, hold or no hold', async () => {
    const lease = await takeLease(opened());
    await opened().holds.set('restored', '');
    expect(await opened().journal.ingest(intakeOf({ ...lease, epoch: lease.epoch + 1n }, []))).toEqual({ kind: 'lost' });
  });

  it('gives no claim while a hold `restored` is in force: neither what is queued nor what has expired', async () => {
    const { journal, holds } = opened();
    const expired = await claimed(opened(), { ttlMs: SHORT_MS });
    await queue(opened(), startOf(gameId()));
    await opened().elapse(SHORT_MS + 50);
    await holds.set('restored', '');
    expect(await journal.claim(anything())).toEqual([]);
    await holds.clear('restored');
    expect((await journal.claim(anything())).map(({ opId, attempt }) => [opId === expired.opId, attempt])).toEqual([
      [true, 2],
      [false, 1],
    ]);
  });

  it('lets what is claimed go on', async () => {
    const claim = await claimed(opened());
    await opened().holds.set('restored', '');
    expect(await opened().journal.renew([claim], LONG_MS)).toMatchObject([{ state: 'held' }]);
    expect(await finishWell(opened(), claim)).toMatchObject({ kind: 'applied' });
  });

  it('minds no other hold', async () => {
    for (const reason of ['mass_change', 'engine_changed'] as const) await opened().holds.set(reason, '');
    await queue(opened(), startOf(gameId()));
    expect(await claimOne(opened())).toMatchObject({ attempt: 1 });
  });
}
