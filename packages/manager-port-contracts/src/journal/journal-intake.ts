import { COORDINATOR_LEASE, type JobToQueue } from '@galaxy/manager-ports';
import { expect, it } from 'vitest';
import {
  anything,
  claimOne,
  deadLetter,
  finishWell,
  gameId,
  intakeOf,
  invalidOf,
  LONG_MS,
  pendingIn,
  SHORT_MS,
  startOf,
  stopOf,
  takeLease,
  toQueue,
} from '../database/database-samples.js';
import type { DatabaseUnderTest } from '../database/database-under-test.js';

const numbersOf = async (database: DatabaseUnderTest, lane: string) =>
  (await pendingIn(database, { kind: 'dead_letter', lane })).map(({ message }) => message.number);

const queuedOf = async ({ log }: DatabaseUnderTest, game: string) =>
  (await log.listByGame(game, { limit: 1000 })).reverse().map(({ opId }) => opId);

/** What {@link OperationJournal} promises about cursors and the intake of jobs. */
export function intakePromises(opened: () => DatabaseUnderTest): void {
  it('queues jobs in the given order', async () => {
    const game = gameId();
    const jobs = Array.from({ length: 300 }, (_, n) => (n % 3 === 0 ? stopOf(game) : startOf(game)));
    const lease = await takeLease(opened());
    expect(await opened().journal.ingest(intakeOf(lease, jobs))).toEqual({ kind: 'ingested', queued: 300 });
    expect(await queuedOf(opened(), game)).toEqual(jobs.map(({ opId }) => opId));
  });

  it('keeps every kind of job whole', async () => {
    const jobs = [
      toQueue({ kind: 'start', gameId: gameId(), imageRef: 'r.example:5000/a/b:1@sha256:00', requestedAtMs: 9_223_372_036_854_775_807n }),
      toQueue({ kind: 'stop', gameId: gameId(), reason: 'orphan_cleanup', requestedAtMs: -9_223_372_036_854_775_808n }),
      toQueue({
        kind: 'invalid',
        of: 'stop',
        gameId: `Ünicode 游戏 "quoted" \\ ${'x'.repeat(200)}`,
        message: 'reason "\u0000\n" is unknown',
      }),
    ];
    await opened().journal.ingest(intakeOf(await takeLease(opened()), jobs));
    const claims = await opened().journal.claim(anything());
    expect(claims.map(({ job }) => job)).toEqual(jobs.map(({ job }) => job));
    expect(claims.map(({ gameId }) => gameId)).toEqual(jobs.map(({ job }) => job.gameId));
    expect(claims.map(({ source, sourceRef }) => [source, sourceRef])).toEqual(jobs.map(({ entryId }) => ['lobby', entryId]));
  });

  it('leaves out entries that were ingested before, so repeating is safe', async () => {
    const game = gameId();
    const [a, b, c] = [startOf(game), stopOf(game), startOf(game)];
    const lease = await takeLease(opened());
    const { journal } = opened();
    expect(await journal.ingest(intakeOf(lease, [a, b]))).toEqual({ kind: 'ingested', queued: 2 });
    expect(await journal.ingest(intakeOf(lease, [a, b]))).toEqual({ kind: 'ingested', queued: 0 });
    // Read again by another process: other operation ids, one more entry.
    const again = [a, b, c].map((job, n) => ({ ...job, opId: `00000000-0000-4000-8000-00000000000${n}` }));
    expect(await journal.ingest(intakeOf(lease, again))).toEqual({ kind: 'ingested', queued: 1 });
    expect(await queuedOf(opened(), game)).toEqual([a.opId, b.opId, again[2]?.opId]);
  });

  it('leaves out an entry that was carried out already', async () => {
    const job = stopOf(gameId());
    const lease = await takeLease(opened());
    await opened().journal.ingest(intakeOf(lease, [job]));
    await finishWell(opened(), await claimOne(opened()));
    expect(await opened().journal.ingest(intakeOf(lease, [job]))).toEqual({ kind: 'ingested', queued: 0 });
    expect(await opened().journal.claim(anything())).toEqual([]);
  });

  it('takes the same entry id with another payload, or of another stream, for another entry', async () => {
    const game = gameId();
    const first = stopOf(game);
    const otherPayload: JobToQueue = { ...stopOf(game), entryId: first.entryId };
    const otherStream: JobToQueue = { ...startOf(game), entryId: first.entryId, payloadHash: first.payloadHash };
    const lease = await takeLease(opened());
    await opened().journal.ingest(intakeOf(lease, [first]));
    expect(await opened().journal.ingest(intakeOf(lease, [otherPayload, otherStream]))).toEqual({ kind: 'ingested', queued: 2 });
  });

  it('numbers dead letters per stream from 1 without gaps, and sends none twice', async () => {
    const [a, b, c, d] = [deadLetter('start_jobs'), deadLetter('start_jobs'), deadLetter('stop_jobs'), deadLetter('start_jobs')];
    const lease = await takeLease(opened());
    const { journal } = opened();
    await journal.ingest(intakeOf(lease, [], [a, c, b]));
    await journal.ingest(intakeOf(lease, [], [a, b, d, d, c]));
    expect(await numbersOf(opened(), 'start_jobs')).toEqual([1n, 2n, 3n]);
    expect(await numbersOf(opened(), 'stop_jobs')).toEqual([1n]);
    const sent = await pendingIn(opened(), { kind: 'dead_letter', lane: 'start_jobs' });
    expect(sent).toMatchObject([a, b, d].map(({ letter }) => ({ message: { letter } })));
  });

  it('numbers the dead letters of intakes at the same moment without gaps, and loses none', async () => {
    const letters = Array.from({ length: 8 }, () => [deadLetter('stop_jobs'), deadLetter('stop_jobs')]);
    const lease = await takeLease(opened());
    const outcomes = await Promise.all(letters.map((some) => opened().journal.ingest(intakeOf(lease, [], some))));
    expect(outcomes).toEqual(letters.map(() => ({ kind: 'ingested', queued: 0 })));
    expect(await numbersOf(opened(), 'stop_jobs')).toEqual(Array.from({ length: 16 }, (_, n) => BigInt(n + 1)));
  });

  it('queues and dead-letters an entry that is answerable', async () => {
    const job = invalidOf(gameId(), 'start');
    const letter = { ...deadLetter('start_jobs'), entryId: job.entryId, payloadHash: job.payloadHash };
    const lease = await takeLease(opened());
    expect(await opened().journal.ingest(intakeOf(lease, [job], [letter]))).toEqual({ kind: 'ingested', queued: 1 });
    expect(await opened().outbox.pending(10)).toHaveLength(1);
    expect((await claimOne(opened())).job).toEqual(job.job);
  });

  it('does everything once when the same intake arrives many times at once', async () => {
    const game = gameId();
    const jobs = Array.from({ length: 20 }, () => startOf(game));
    const letters = [deadLetter('start_jobs'), deadLetter('start_jobs'), deadLetter('stop_jobs')];
    const lease = await takeLease(opened());
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => opened().journal.ingest(intakeOf(lease, jobs, letters))));
    expect(outcomes.map((outcome) => (outcome.kind === 'ingested' ? outcome.queued : -1)).sort()).toEqual([0, 0, 0, 0, 0, 0, 0, 20]);
    expect(await queuedOf(opened(), game)).toEqual(jobs.map(({ opId }) => opId));
    expect(await numbersOf(opened(), 'start_jobs')).toEqual([1n, 2n]);
  });

  it('changes nothing when the lease belongs to another process by now', async () => {
    const previous = await takeLease(opened(), SHORT_MS);
    const { journal, outbox } = opened();
    await journal.ingest(intakeOf(previous, []));
    await opened().elapse(SHORT_MS + 50);
    const present = await takeLease(opened());
    const game = gameId();
    const late = { ...intakeOf(previous, [startOf(game)], [deadLetter('stop_jobs')]), cursors: { start_jobs: '9-9', stop_jobs: '9-9' } };
    for (const lease of [
      previous,
      { ...present, epoch: previous.epoch },
      { ...present, holder: previous.holder },
      { ...present, name: 'other' },
    ])
      expect(await journal.ingest({ ...late, lease })).toEqual({ kind: 'lost' });
    expect(await journal.cursors()).toMatchObject({ start_jobs: { cursor: '5-0' }, stop_jobs: { cursor: '6-0' } });
    expect(await queuedOf(opened(), game)).toEqual([]);
    expect(await outbox.pending(10)).toEqual([]);
  });

  it('goes by the epoch, not by the time: an expired lease that nobody took still holds, a released one does not', async () => {
    const lease = await takeLease(opened(), SHORT_MS);
    await opened().elapse(SHORT_MS + 50);
    expect(await opened().journal.ingest(intakeOf(lease, [startOf(gameId())]))).toEqual({ kind: 'ingested', queued: 1 });
    const renewed = (await opened().leases.acquire(COORDINATOR_LEASE, lease.holder, LONG_MS)) ?? lease;
    await opened().leases.release(renewed);
    expect(await opened().journal.ingest(intakeOf(renewed, [startOf(gameId())]))).toEqual({ kind: 'lost' });
  });
}
