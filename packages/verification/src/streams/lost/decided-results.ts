import type { PgExecutor } from '@galaxy/adapter-postgres';
import { migrate, PostgresExecutor, PostgresOutbox } from '@galaxy/adapter-postgres';
import type { OutboxEntry } from '@galaxy/manager-ports';
import { freshDatabase, testServers } from '@galaxy/testing';

/** A database with an outbox. The test adds results to it without operations. */
export interface DecidedResults {
  readonly outbox: PostgresOutbox;
  /** How many results of each game were decided. */
  readonly decided: ReadonlyMap<string, number>;
  /** Decides the next result of a game. Must be called one after the other for a game, as operations do it. */
  decide(game: string): Promise<OutboxEntry>;
  /** Decides a dead letter in a lane. */
  decideLetter(lane: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens a fresh database. */
export async function openDecidedResults(): Promise<DecidedResults> {
  const database = await freshDatabase(testServers().postgresUrl);
  await migrate(database.url);
  const executor = new PostgresExecutor({ url: database.url });
  const decided = new Map<string, number>();
  return {
    outbox: new PostgresOutbox(executor),
    decided,
    decide: async (game) => {
      const number = (decided.get(game) ?? 0) + 1;
      const result = { gameId: game, outcome: 'failure', containerId: '', engineEndpoint: '', errorCode: 'conflict' } as const;
      const { id, epoch } = await insert(executor, 'job_result', game, number, { ...result, errorMessage: String(number) });
      decided.set(game, number);
      const message = { number: BigInt(number), result: { ...result, errorMessage: String(number) } };
      return { kind: 'job_result', id, epoch, message };
    },
    decideLetter: async (lane) => {
      const letter = { sourceStream: lane, sourceEntryId: '1-0', errorCode: 'invalid_job', errorMessage: '', raw: '[]' };
      await insert(executor, 'dead_letter', lane, 1, { ...letter, attempts: 0, failedAtMs: '0' });
    },
    close: async () => {
      await executor.close();
      await database.drop();
    },
  };
}

async function insert(
  executor: PgExecutor,
  kind: OutboxEntry['kind'],
  lane: string,
  number: number,
  payload: unknown,
): Promise<{ readonly id: bigint; readonly epoch: bigint }> {
  const text = `insert into runtime_outbox (kind, lane, number, numbered, dedupe_key, payload)
    values ($1, $2, $3::text::bigint, true, $4, $5::text::json)
    returning id::text, coalesce((select epoch from runtime_publishing), 0)::text as epoch`;
  const params = [kind, lane, String(number), `${lane} ${String(number)}`, JSON.stringify(payload)];
  const [row = {}] = await executor.query({ name: 'decide', text, params });
  return { id: BigInt(String(row['id'])), epoch: BigInt(String(row['epoch'])) };
}
