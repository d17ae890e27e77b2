import { randomUUID } from 'node:crypto';
import { engineEndpoint, newRuntimeRecord, type RuntimeRecord } from '@galaxy/domain';
import type { Claim, JobToQueue, OperationOutcome, RecordChange } from '@galaxy/manager-ports';
import { HeldRowFault } from '@galaxy/manager-ports';
import { describe, expect, it } from 'vitest';
import { ANYTHING, raceFixture } from '../race-fixture.test-support.js';

const NOW = new Date('2026-03-01T12:00:00Z');
const HANDOVER = { reason: 'handover', delayMs: 0, unavailableMs: 0 } as const;
/** A statement that waits for a lock does so for three seconds. */
const AT_ONCE_MS = 1500;

let entries = 0;
const start = (gameId: string): JobToQueue => ({
  opId: randomUUID(),
  stream: 'start_jobs',
  entryId: `1-${++entries}`,
  payloadHash: 'hash',
  job: { kind: 'start', gameId, imageRef: 'galaxy/engine:1.0.0', requestedAtMs: 0n },
  raw: '[["Z2FtZV9pZA==","Zw=="]]',
});

const starting = (gameId: string): RuntimeRecord =>
  newRuntimeRecord({ gameId, imageRef: 'galaxy/engine:1.0.0', status: 'starting', now: NOW });
const toRunning: RecordChange = {
  kind: 'patch',
  expected: { status: 'starting', containerId: null },
  set: { status: 'running', currentContainerId: 'container-1' },
};
const ended = ({ gameId }: Claim): OperationOutcome => ({
  record: toRunning,
  result: {
    gameId,
    outcome: 'success',
    containerId: 'container-1',
    engineEndpoint: engineEndpoint(gameId),
    errorCode: '',
    errorMessage: '',
  },
  errorCode: '',
  deadLetter: null,
});

describe('PostgresOperationJournal while somebody else holds rows of one game', () => {
  const at = raceFixture();

  const intakeOf = (jobs: readonly JobToQueue[]) => ({
    lease: at.lease,
    jobs,
    deadLetters: [],
    cursors: { start_jobs: '9-9', stop_jobs: '9-9' },
    entriesRead: { start_jobs: 0, stop_jobs: 0 },
  });
  const begin = async (games: readonly string[]): Promise<readonly Claim[]> => {
    await at.stores.journal.ingest(intakeOf(games.map(start)));
    const claims = await at.stores.journal.claim(ANYTHING);
    for (const { gameId } of claims) await at.stores.records.upsert(starting(gameId));
    return claims;
  };
  const atOnce = async <T>(call: () => Promise<T>): Promise<T> => {
    const startedAt = performance.now();
    const answer = await call();
    expect(performance.now() - startedAt).toBeLessThan(AT_ONCE_MS);
    return answer;
  };
  /** The outcome of a call, or `held row`. */
  const outcomeOf = async (call: Promise<{ readonly kind: string }>): Promise<string> => {
    try {
      return (await call).kind;
    } catch (error) {
      if (error instanceof HeldRowFault) return 'held row';
      throw error;
    }
  };
  const hold = async (text: string) => {
    await at.other.run('begin');
    await at.other.run(text);
  };

  const ROWS = {
    record: "update runtime_records set paused = paused where game_id = 'held'",
    operation: "select from runtime_operation_log where game_id = 'held' for update",
    lane: "select from runtime_lanes where lane = 'held' for update",
  } as const;

  it.each(Object.entries(ROWS))('ends the operations of all other games in the same statement (%s)', async (_, text) => {
    const games = ['a', 'held', 'z'];
    const claims = await begin(games);
    await at.other.run("insert into runtime_lanes values ('job_result', 'held', 0)");
    await hold(text);
    // The first two are under way alone, so the others share a statement.
    const busy = ['x', 'y'].map((gameId) =>
      at.stores.journal.finish({ opId: randomUUID(), attempt: 1 }, { ...ended({ gameId } as Claim) }),
    );
    const outcomes = await atOnce(() => Promise.all(claims.map((claim) => outcomeOf(at.stores.journal.finish(claim, ended(claim))))));
    await Promise.all(busy);
    expect(outcomes).toEqual(['applied', 'held row', 'applied']);
    expect(await at.stores.records.get('held')).toMatchObject({ status: 'starting' });
    await at.other.run('rollback');
    const [, held = expect.fail()] = claims;
    expect(await at.stores.journal.finish(held, ended(held))).toMatchObject({ kind: 'applied', publish: [{ message: { number: 1n } }] });
    expect(await at.stores.outbox.pending(10)).toHaveLength(3);
  });

  it.each(['record', 'operation'] as const)('records no step, and does not wait (%s)', async (row) => {
    const [claim = expect.fail()] = await begin(['held']);
    await hold(ROWS[row]);
    const step = { op: 'start', step: 'created', previous: null, containerId: 'container-1' } as const;
    const advance = () => outcomeOf(at.stores.journal.advance(claim, step, toRunning));
    expect(await atOnce(advance)).toBe('held row');
    await at.other.run('rollback');
    expect([await advance(), await advance()]).toEqual(['applied', 'already_mine']);
  });

  it.each([
    ['runtime_records', 'record'],
    ['runtime_operation_log', 'operation'],
  ] as const)('lets an operator find who holds it, as the runbook says (%s)', async (table, row) => {
    await begin(['held']);
    await hold(ROWS[row]);
    const text = `select a.pid from pg_stat_activity a where a.backend_xid::text in (select xmax::text from ${table} where game_id = 'held')`;
    const found = await at.executor.query({ name: 'find the holder', text, params: [] });
    expect(found).toEqual(await at.other.run('select pg_backend_pid() as pid'));
  });

  it('finds a step recorded that it recorded before, although its row is held now', async () => {
    const [claim = expect.fail()] = await begin(['held']);
    const step = { op: 'start', step: 'created', previous: null, containerId: 'container-1' } as const;
    const advance = () => outcomeOf(at.stores.journal.advance(claim, step, toRunning));
    expect(await advance()).toBe('applied');
    await hold(ROWS.record);
    expect(await advance()).toBe('already_mine');
  });

  it('writes the end of an operation that does not change the record, although somebody holds it', async () => {
    const [claim = expect.fail()] = await begin(['held']);
    await hold(ROWS.record);
    expect(await outcomeOf(at.stores.journal.finish(claim, { ...ended(claim), record: { kind: 'keep' } }))).toBe('applied');
  });

  it('goes on at once when the row was held for a moment only, as by one of our own statements', async () => {
    const [claim = expect.fail()] = await begin(['held']);
    await hold(ROWS.operation);
    const finished = at.stores.journal.finish(claim, ended(claim));
    await at.other.run('rollback');
    expect(await finished).toMatchObject({ kind: 'applied' });
  });

  it('renews all other claims, and neither renews nor loses the one', async () => {
    const claims = await begin(['a', 'held', 'z']);
    await hold(ROWS.operation);
    const renew = async () => (await atOnce(() => at.stores.journal.renew(claims, 60_000))).map(({ state }) => state);
    expect(await renew()).toEqual(['held', 'unknown', 'held']);
    await at.other.run('rollback');
    expect(await renew()).toEqual(['held', 'held', 'held']);
  });

  it('releases no claim, and does not wait', async () => {
    const [claim = expect.fail()] = await begin(['held']);
    await hold(ROWS.operation);
    await atOnce(() => expect(at.stores.journal.releaseClaim(claim, HANDOVER)).rejects.toThrow(HeldRowFault));
    await at.other.run('rollback');
    await at.stores.journal.releaseClaim(claim, HANDOVER);
    expect(await at.stores.journal.claim(ANYTHING)).toMatchObject([{ gameId: 'held', attempt: 2 }]);
  });

  it('claims the operations of all other games, queued and released ones', async () => {
    await begin(['held', 'released']).then((claims) => Promise.all(claims.map((claim) => at.stores.journal.releaseClaim(claim, HANDOVER))));
    await at.stores.journal.ingest(intakeOf([start('queued'), start('held')]));
    await hold("select from runtime_operation_log where game_id = 'held' for update");
    const claims = await atOnce(() => at.stores.journal.claim(ANYTHING));
    expect(claims.map(({ gameId }) => gameId)).toEqual(['released', 'queued']);
  });

  it('queues the jobs of all games, also those that were queued before', async () => {
    const before = start('held');
    await at.stores.journal.ingest(intakeOf([before]));
    await hold("update runtime_operation_log set reason = reason where game_id = 'held'");
    const repeated = () => at.stores.journal.ingest(intakeOf([before, start('other')]));
    expect(await atOnce(repeated)).toEqual({ kind: 'ingested', queued: 1 });
  });
});
