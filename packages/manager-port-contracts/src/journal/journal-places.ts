import { expect, it } from 'vitest';
import { gameId, intakeOf, SHORT_MS, startOf, takeLease } from '../database/database-samples.js';
import type { DatabaseUnderTest } from '../database/database-under-test.js';

const READ = { start_jobs: 3, stop_jobs: 4 };

/** What {@link OperationJournal} promises of where the streams stand. */
export function placePromises(opened: () => DatabaseUnderTest): void {
  it('has no place before the first intake, and keeps the cursors afterwards', async () => {
    const { journal } = opened();
    expect(await journal.cursors()).toEqual({ start_jobs: null, stop_jobs: null });
    const lease = await takeLease(opened());
    await journal.ingest({ ...intakeOf(lease, []), cursors: { start_jobs: '1-2', stop_jobs: '0-0' } });
    await journal.ingest({ ...intakeOf(lease, []), cursors: { start_jobs: '18446744073709551615-1', stop_jobs: '3-4' } });
    expect(await journal.cursors()).toMatchObject({ start_jobs: { cursor: '18446744073709551615-1' }, stop_jobs: { cursor: '3-4' } });
  });

  it('knows neither the floor nor how many entries were read before somebody tells', async () => {
    const { journal } = opened();
    const intake = { ...intakeOf(await takeLease(opened()), []), entriesRead: READ };
    await journal.ingest(intake);
    await journal.ingest(intake);
    const unknown = { floor: null, entriesRead: null };
    expect(await journal.cursors()).toMatchObject({ start_jobs: unknown, stop_jobs: unknown });
  });

  it('counts the entries from there on, and keeps the floor and the previous stream', async () => {
    const { journal } = opened();
    const lease = await takeLease(opened());
    const place = { cursor: '2-0', floor: '1-7', entriesRead: 9_007_199_254_740_993n, previous: '7-3' };
    expect(await journal.moveCursor(lease, 'stop_jobs', place)).toEqual({ kind: 'moved' });
    expect(await journal.cursors()).toEqual({ start_jobs: null, stop_jobs: place });
    await journal.ingest({ ...intakeOf(lease, [startOf(gameId())]), entriesRead: READ });
    expect(await journal.cursors()).toEqual({
      start_jobs: { cursor: '5-0', floor: null, entriesRead: null, previous: '0-0' },
      stop_jobs: { cursor: '6-0', floor: '1-7', entriesRead: 9_007_199_254_740_997n, previous: '7-3' },
    });
  });

  it('sets no cursor back, and counts nothing twice, when an intake is carried out late', async () => {
    const { journal } = opened();
    const lease = await takeLease(opened());
    await journal.moveCursor(lease, 'start_jobs', { cursor: '0-0', floor: null, entriesRead: 0n, previous: '0-0' });
    const intake = { ...intakeOf(lease, []), entriesRead: READ };
    await journal.ingest({ ...intake, cursors: { start_jobs: '10-0', stop_jobs: '9-10' } });
    await journal.ingest({ ...intake, cursors: { start_jobs: '9-9', stop_jobs: '9-9' } });
    expect(await journal.cursors()).toMatchObject({ start_jobs: { cursor: '10-0', entriesRead: 3n }, stop_jobs: { cursor: '9-10' } });
  });

  it('counts the entries of an intake that is repeated once', async () => {
    const { journal } = opened();
    const lease = await takeLease(opened());
    await journal.moveCursor(lease, 'start_jobs', { cursor: '0-0', floor: null, entriesRead: 10n, previous: '0-0' });
    const intake = { ...intakeOf(lease, [startOf(gameId())]), entriesRead: READ };
    for (let n = 0; n < 3; n++) await journal.ingest(intake);
    expect(await journal.cursors()).toMatchObject({ start_jobs: { cursor: '5-0', entriesRead: 13n } });
  });

  it('moves a cursor anywhere, also back, and forgets what is not known any more', async () => {
    const { journal } = opened();
    const lease = await takeLease(opened());
    await journal.moveCursor(lease, 'start_jobs', { cursor: '9-9', floor: '1-1', entriesRead: 7n, previous: '0-0' });
    const place = { cursor: '0-0', floor: null, entriesRead: null, previous: '0-0' };
    expect(await journal.moveCursor(lease, 'start_jobs', place)).toEqual({ kind: 'moved' });
    expect(await journal.cursors()).toEqual({ start_jobs: place, stop_jobs: null });
  });

  it('moves no cursor when the lease belongs to another process by now', async () => {
    const { journal } = opened();
    const previous = await takeLease(opened(), SHORT_MS);
    await opened().elapse(SHORT_MS + 50);
    const present = await takeLease(opened());
    const place = { cursor: '9-9', floor: null, entriesRead: 0n, previous: '0-0' };
    for (const lease of [
      previous,
      { ...present, epoch: previous.epoch },
      { ...present, holder: previous.holder },
      { ...present, name: 'other' },
    ])
      expect(await journal.moveCursor(lease, 'start_jobs', place)).toEqual({ kind: 'lost' });
    expect(await journal.cursors()).toEqual({ start_jobs: null, stop_jobs: null });
  });
}
