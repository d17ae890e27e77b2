import { randomUUID } from 'node:crypto';
import type { Claim, DeadLetterToSend, FinishOutcome, Intake, OperationOutcome } from '@galaxy/manager-ports';
import { HeldRowFault } from '@galaxy/manager-ports';
import { describe, expect, it } from 'vitest';
import { OtherSession } from '../other-session.test-support.js';
import { ANYTHING, raceFixture } from '../race-fixture.test-support.js';

let entries = 0;
const RAW = '[["Z2FtZV9pZA==","Zw=="]]';
const STREAMS = ['start_jobs', 'stop_jobs'] as const;

const letter = (stream: (typeof STREAMS)[number] = 'start_jobs', entryId: string = randomUUID()): DeadLetterToSend => {
  const failed = { errorCode: 'invalid_job', errorMessage: '', raw: RAW, attempts: 0, failedAtMs: 0n };
  return { stream, entryId, payloadHash: 'hash', letter: { sourceStream: 's', sourceEntryId: entryId, ...failed } };
};
const ended = ({ gameId, opId }: Claim): OperationOutcome => ({
  record: { kind: 'keep' },
  result: { gameId, outcome: 'failure', containerId: '', engineEndpoint: '', errorCode: 'internal_error', errorMessage: '' },
  errorCode: 'internal_error',
  deadLetter: letter('start_jobs', opId).letter,
});

/** A message as the version before there were counters inserts it: with a number after the highest that it sees. */
const asBefore = (kind: string, lane: string, key: string) => `
  insert into runtime_outbox (kind, lane, number, dedupe_key, payload)
  select '${kind}', '${lane}', 1 + coalesce((select max(number) from runtime_outbox where kind = '${kind}' and lane = '${lane}'), 0),
    '${key}', '{}'::json
  where not exists (select from runtime_outbox where kind = '${kind}' and dedupe_key = '${key}')
  on conflict (kind, dedupe_key) do nothing`;

/** Numbers in lanes to which several statements, of this version and the one before, add at the same moment. */
describe('the numbers of a lane', () => {
  const at = raceFixture();

  const intakeOf = (deadLetters: readonly DeadLetterToSend[], games: readonly string[] = []): Intake => ({
    lease: at.lease,
    jobs: games.map((gameId) => ({
      opId: randomUUID(),
      stream: 'start_jobs',
      entryId: `1-${++entries}`,
      payloadHash: 'hash',
      job: { kind: 'start', gameId, imageRef: 'galaxy/engine:1.0.0', requestedAtMs: 0n },
      raw: RAW,
    })),
    deadLetters,
    cursors: { start_jobs: '9-9', stop_jobs: '9-9' },
    entriesRead: { start_jobs: 0, stop_jobs: 0 },
  });
  /** Per lane: its numbers in order, and the last one that the counter tells. */
  const lanes = async () => {
    const rows = await at.other.run(`
      select kind, lane, array_agg(number::int order by number) as numbers, (select last_number::int from runtime_lanes l
        where l.kind = o.kind and l.lane = o.lane) as last from runtime_outbox o group by kind, lane order by kind, lane`);
    return rows.map(({ kind, lane, numbers, last }) => ({ lane: `${String(kind)} ${String(lane)}`, numbers, last }));
  };
  // A lane that a statement of somebody else holds at that moment is tried again, as an operation does.
  const finishOnceFree = async (claim: Claim): Promise<FinishOutcome> => {
    for (;;) {
      try {
        return await at.stores.journal.finish(claim, ended(claim));
      } catch (error) {
        if (!(error instanceof HeldRowFault)) throw error;
      }
    }
  };
  const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

  it('go on behind those of the version before, and it behind ours', async () => {
    const games = ['alpha', 'beta'];
    for (let round = 0; round < 3; round++) {
      await at.stores.journal.ingest(intakeOf([letter()], games));
      for (const claim of await at.stores.journal.claim(ANYTHING)) await at.stores.journal.finish(claim, ended(claim));
      for (const game of games) await at.other.run(asBefore('job_result', game, randomUUID()));
      await at.other.run(asBefore('dead_letter', 'start_jobs', randomUUID()));
    }
    expect(await lanes()).toEqual([
      { lane: 'dead_letter alpha', numbers: upTo(3), last: 3 },
      { lane: 'dead_letter beta', numbers: upTo(3), last: 3 },
      { lane: 'dead_letter start_jobs', numbers: upTo(6), last: 6 },
      { lane: 'job_result alpha', numbers: upTo(6), last: 6 },
      { lane: 'job_result beta', numbers: upTo(6), last: 6 },
    ]);
  });

  it('go on when every message of the lane is gone', async () => {
    await at.stores.journal.ingest(intakeOf([letter(), letter()]));
    await at.other.run('delete from runtime_outbox');
    await at.other.run(asBefore('dead_letter', 'start_jobs', 'before'));
    await at.stores.journal.ingest(intakeOf([letter()]));
    expect(await lanes()).toEqual([{ lane: 'dead_letter start_jobs', numbers: [3, 4], last: 4 }]);
  });

  it('are not used up by a message that another intake adds meanwhile', async () => {
    const [same, own] = [letter(), letter()];
    await at.other.run('begin; select from runtime_leases for update');
    const both = [at.stores.journal.ingest, at.stores.journal.ingest].map((ingest) => ingest.bind(at.stores.journal));
    await at.other.whileWaiting(() => Promise.all(both.map((ingest, n) => ingest(intakeOf(n === 0 ? [same] : [own, same])))), { count: 2 });
    expect(await lanes()).toEqual([{ lane: 'dead_letter start_jobs', numbers: [1, 2], last: 2 }]);
  });

  it.each(['commit', 'rollback'] as const)('are not used up by a message that the version before adds meanwhile: %s', async (end) => {
    const [same, own] = [letter(), letter()];
    await at.other.run(`begin; ${asBefore('dead_letter', 'start_jobs', `start_jobs:${same.entryId}:hash`)}`);
    await at.other.whileWaiting(() => at.stores.journal.ingest(intakeOf([own, same])), { end });
    expect(await lanes()).toEqual([{ lane: 'dead_letter start_jobs', numbers: [1, 2], last: 2 }]);
  });

  it('have no gap and end in no deadlock, whoever adds to the same lanes in whatever order', async () => {
    const sessions = STREAMS.map(() => new OtherSession(at.url));
    const rounds = 25;
    const takingIn = async () => {
      for (let n = 0; n < rounds; n++) await at.stores.journal.ingest(intakeOf([letter('stop_jobs'), letter('start_jobs')], STREAMS));
    };
    const working = async () => {
      for (let done = 0; done < rounds * STREAMS.length; ) {
        const claims = await at.stores.journal.claim({ ...ANYTHING, holder: randomUUID() });
        const outcomes = await Promise.all(claims.map((claim) => finishOnceFree(claim)));
        expect(outcomes.map(({ kind }) => kind)).toEqual(claims.map(() => 'applied'));
        done += claims.length;
      }
    };
    const asTheVersionBefore = async (session: OtherSession, lane: string) => {
      for (let n = 0; n < rounds; n++) {
        await session.run(asBefore('dead_letter', lane, randomUUID()));
        await session.run(asBefore('job_result', lane, randomUUID()));
      }
    };
    await Promise.all([takingIn(), working(), ...sessions.map((session, n) => asTheVersionBefore(session, STREAMS[n] ?? ''))]);
    await Promise.all(sessions.map((session) => session.close()));
    // Per round and lane: one of the intake, one of an operation, one of the version before; results have no intake.
    expect(await lanes()).toEqual([
      { lane: 'dead_letter start_jobs', numbers: upTo(75), last: 75 },
      { lane: 'dead_letter stop_jobs', numbers: upTo(75), last: 75 },
      { lane: 'job_result start_jobs', numbers: upTo(50), last: 50 },
      { lane: 'job_result stop_jobs', numbers: upTo(50), last: 50 },
    ]);
  });
});
