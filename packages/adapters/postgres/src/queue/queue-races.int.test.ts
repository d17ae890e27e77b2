import { randomUUID } from 'node:crypto';
import type { ReconcileVerdict } from '@galaxy/domain';
import type { Claim, DeadLetterToSend, Intake, JobToQueue, OperationOutcome } from '@galaxy/manager-ports';
import { describe, expect, it } from 'vitest';
import { ANYTHING, raceFixture } from '../race-fixture.test-support.js';

const CURSORS = { start_jobs: '9-9', stop_jobs: '9-9' };
const RAW = '[["Z2FtZV9pZA==","Zw=="]]';

let entries = 0;
const start = (gameId: string): JobToQueue => ({
  opId: randomUUID(),
  stream: 'start_jobs',
  entryId: `1-${++entries}`,
  payloadHash: 'hash',
  job: { kind: 'start', gameId, imageRef: 'galaxy/engine:1.0.0', requestedAtMs: 0n },
  raw: RAW,
});
const act = (gameId: string, verdict: ReconcileVerdict = 'remove') => ({
  opId: randomUUID(),
  job: { kind: 'reconcile', gameId, verdict, orphans: [], reason: '' } as const,
});
const letter = (): DeadLetterToSend => {
  const entryId = `1-${++entries}`;
  const own = {
    sourceStream: 's',
    sourceEntryId: entryId,
    errorCode: 'invalid_job',
    errorMessage: '',
    raw: RAW,
    attempts: 0,
    failedAtMs: 0n,
  };
  return { stream: 'start_jobs', entryId, payloadHash: 'hash', letter: own };
};
const ended = ({ gameId }: Claim): OperationOutcome => ({
  record: { kind: 'keep' },
  result: { gameId, outcome: 'failure', containerId: '', engineEndpoint: '', errorCode: 'internal_error', errorMessage: '' },
  errorCode: 'internal_error',
  deadLetter: null,
});

/** Intakes, acts of the reconciler, holds and claims that meet in one database. */
describe('what queues and claims at the same moment', () => {
  const at = raceFixture();

  const intakeOf = (jobs: readonly JobToQueue[], deadLetters: readonly DeadLetterToSend[] = []): Intake => ({
    lease: at.lease,
    jobs,
    deadLetters,
    cursors: CURSORS,
    entriesRead: { start_jobs: 0, stop_jobs: 0 },
  });
  const lockLeases = () => at.other.run('begin; select from runtime_leases for update');
  const runningOf = async (gameId: string) => {
    const [row] = await at.other.run(
      `select count(*)::int as n from runtime_operation_log where game_id = '${gameId}' and status = 'running'`,
    );
    return row?.['n'];
  };

  it('numbers dead letters without a gap when two intakes have both seen the same last number', async () => {
    const sent = [letter(), letter(), letter(), letter()];
    await at.stores.journal.ingest(intakeOf([], sent.slice(0, 1)));
    await lockLeases();
    const outcomes = await at.other.whileWaiting(
      () => Promise.all([sent.slice(0, 3), sent.slice(3)].map((some) => at.stores.journal.ingest(intakeOf([start('game')], some)))),
      { count: 2 },
    );
    expect(outcomes).toEqual([1, 1].map((queued) => ({ kind: 'ingested', queued })));
    const stored = await at.stores.deadLetterBox.list({ state: 'open', limit: 10 });
    expect(stored.map(({ number }) => number)).toEqual([1n, 2n, 3n, 4n]);
    expect(stored.map(({ letter }) => letter.sourceEntryId).sort()).toEqual(sent.map(({ entryId }) => entryId).sort());
  });

  it('numbers a dead letter of a game that is named like a stream', async () => {
    await at.stores.journal.ingest(intakeOf([start('start_jobs')]));
    const [claim = expect.fail('nothing to claim')] = await at.stores.journal.claim(ANYTHING);
    await lockLeases();
    const outcome = { ...ended(claim), deadLetter: letter().letter };
    // The intake has looked at the lane before the end of the operation adds to it.
    const intake = await at.other.whileWaiting(() => at.stores.journal.ingest(intakeOf([], [letter()])), {
      meanwhile: async () => {
        expect(await at.stores.journal.finish(claim, outcome)).toMatchObject({ kind: 'applied' });
      },
    });
    expect(intake).toEqual({ kind: 'ingested', queued: 0 });
    expect((await at.stores.deadLetterBox.list({ state: 'open', limit: 10 })).map(({ number }) => number)).toEqual([1n, 2n]);
  });

  it('queues one act of a game when two calls have both seen none', async () => {
    const games = ['a', 'b', 'c'];
    await lockLeases();
    const outcomes = await at.other.whileWaiting(
      () =>
        Promise.all(
          [games, games].map((some) =>
            at.stores.reconcileQueue.queue(
              at.lease,
              some.map((game) => act(game)),
            ),
          ),
        ),
      { count: 2 },
    );
    expect(outcomes.map((outcome) => outcome.kind === 'queued' && outcome.gameIds.length).sort()).toEqual([0, 3]);
    expect((await at.stores.journal.claim(ANYTHING)).map(({ gameId }) => gameId)).toEqual(games);
  });

  it('queues both when an act and a job of its game have not seen each other, and carries them out one after the other', async () => {
    await lockLeases();
    const job = start('game');
    const outcomes = await at.other.whileWaiting(
      () => Promise.all([at.stores.journal.ingest(intakeOf([job])), at.stores.reconcileQueue.queue(at.lease, [act('game')])]),
      { count: 2 },
    );
    expect(outcomes).toEqual([
      { kind: 'ingested', queued: 1 },
      { kind: 'queued', gameIds: ['game'] },
    ]);
    const done: Claim[] = [];
    for (let n = 0; n < 2; n++) {
      const [claim = expect.fail('nothing to claim'), ...more] = await at.stores.journal.claim(ANYTHING);
      expect(more).toEqual([]);
      expect(await at.stores.journal.claim(ANYTHING)).toEqual([]);
      expect(await at.stores.journal.finish(claim, ended(claim))).toMatchObject({ kind: 'applied' });
      done.push(claim);
    }
    expect(done.map(({ source }) => source).sort()).toEqual(['lobby', 'reconciler']);
    expect((done[0]?.ord ?? 0n) < (done[1]?.ord ?? 0n)).toBe(true);
  });

  it('queues no act when the lease is lost while it waits', async () => {
    await at.other.run("begin; update runtime_leases set holder = 'process-2', epoch = epoch + 1");
    expect(await at.other.whileWaiting(() => at.stores.reconcileQueue.queue(at.lease, [act('late')]))).toEqual({ kind: 'lost' });
    expect(await at.stores.journal.claim(ANYTHING)).toEqual([]);
  });

  it('moves no cursor when the lease is lost while it waits', async () => {
    await at.other.run("begin; update runtime_leases set holder = 'process-2', epoch = epoch + 1");
    const place = { cursor: '1-1', floor: null, entriesRead: null, previous: '0-0' };
    expect(await at.other.whileWaiting(() => at.stores.journal.moveCursor(at.lease, 'start_jobs', place))).toEqual({ kind: 'lost' });
    expect(await at.stores.journal.cursors()).toEqual({ start_jobs: null, stop_jobs: null });
  });

  it('never runs two operations of a game, loses none and throws nothing while all of it happens at once', async () => {
    const games = Array.from({ length: 12 }, (_, n) => `all-${n}`);
    let jobs = 0;
    let acts = 0;
    let finished = 0;
    const takingIn = async () => {
      for (let n = 0; n < 120; n++) {
        const outcome = await at.stores.journal.ingest(intakeOf([start(games[n % games.length] ?? '')]));
        jobs += outcome.kind === 'ingested' ? outcome.queued : expect.fail(outcome.kind);
      }
    };
    const reconciling = async () => {
      while (jobs < 120 || acts < 50) {
        const outcome = await at.stores.reconcileQueue.queue(
          at.lease,
          games.map((game) => act(game)),
        );
        acts += outcome.kind === 'queued' ? outcome.gameIds.length : expect.fail(outcome.kind);
      }
    };
    let isQueueing = true;
    const working = async () => {
      for (let idle = 0; isQueueing || idle < 3; ) {
        const claims = await at.stores.journal.claim({ ...ANYTHING, holder: randomUUID(), places: { start: 2, turn: 2, other: 2 } });
        idle = claims.length === 0 ? idle + 1 : 0;
        expect(new Set(claims.map(({ gameId }) => gameId)).size).toBe(claims.length);
        for (const claim of claims) {
          expect(await runningOf(claim.gameId)).toBe(1);
          expect(await at.stores.journal.finish(claim, ended(claim))).toMatchObject({ kind: 'applied' });
          finished++;
        }
      }
    };
    const queueing = Promise.all([takingIn(), reconciling(), reconciling()]).finally(() => {
      isQueueing = false;
    });
    await Promise.all([queueing, working(), working(), working()]);
    await working();
    expect(finished).toBe(jobs + acts);
  });

  describe('a hold', () => {
    const hold = "insert into runtime_holds (reason, message) values ('restored', '')";

    it('counts for what begins after it was set, and not for what began before', async () => {
      await at.stores.journal.ingest(intakeOf([start('before'), start('before')]));
      await at.other.run(`begin; ${hold}`);
      expect(await at.stores.journal.ingest(intakeOf([start('before')]))).toMatchObject({ kind: 'ingested' });
      const [claim = expect.fail('nothing to claim')] = await at.stores.journal.claim(ANYTHING);
      await at.stores.journal.finish(claim, ended(claim));
      await at.other.run('commit');
      expect(await at.stores.journal.claim(ANYTHING)).toEqual([]);
      expect(await at.stores.journal.ingest(intakeOf([start('after')]))).toEqual({ kind: 'on_hold' });
    });

    it('lets a claim that is under way come to its end, and none that begins later', async () => {
      const job = start('game');
      await at.stores.journal.ingest(intakeOf([job]));
      // Makes the claim wait: the same game seems to begin elsewhere, and then does not.
      await at.other.run(
        `begin; insert into runtime_operation_log (op_id, game_id, op, source, source_ref, status, payload)
          values ('${randomUUID()}', 'game', 'stop', 'admin', '', 'running', '{}')`,
      );
      const claims = await at.other.whileWaiting(() => at.stores.journal.claim(ANYTHING), {
        end: 'rollback',
        meanwhile: () => at.stores.holds.set('restored', 'set while a claim waits'),
      });
      expect(claims.map(({ opId }) => opId)).toEqual([job.opId]);
      expect(await at.stores.journal.finish(claims[0] ?? expect.fail(), ended(claims[0] ?? expect.fail()))).toMatchObject({
        kind: 'applied',
      });
      await at.stores.holds.clear('restored');
      await at.stores.journal.ingest(intakeOf([start('game')]));
      await at.stores.holds.set('restored', '');
      expect(await at.stores.journal.claim(ANYTHING)).toEqual([]);
    });

    it('gives no claim to any of many processes once setting it was answered', async () => {
      await at.stores.journal.ingest(intakeOf(Array.from({ length: 3000 }, (_, n) => start(`many-${n}`))));
      let isSet = false;
      let before = 0;
      const late: Claim[] = [];
      const working = async () => {
        for (let after = 0; after < 5; ) {
          const beganAfter = isSet;
          const claims = await at.stores.journal.claim({ ...ANYTHING, holder: randomUUID(), places: { start: 1, turn: 100, other: 100 } });
          if (beganAfter) late.push(...claims);
          else before += claims.length;
          if (beganAfter) after++;
        }
      };
      const setting = async () => {
        while (before < 20) await at.stores.holds.list();
        await at.stores.holds.set('restored', '');
        isSet = true;
      };
      await Promise.all([setting(), ...Array.from({ length: 6 }, working)]);
      expect(late).toEqual([]);
      expect(before).toBeLessThan(3000);
    });
  });
});
