import type { Outbox, OutboxBacklog, OutboxEntry, OutboxLane } from '@galaxy/ports';
import { sql } from 'drizzle-orm';
import { presentEpoch } from './epoch.js';
import { outboxEntryOf } from './outbox-message.js';
import type { PgExecutor } from './pg-executor.js';
import { int } from './row.js';
import { runtimeOutbox } from './schema.js';
import { assignments } from './sql-text.js';
import { statement } from './statement.js';

const { id, kind, lane, number, payload, createdAt, publishedAt } = runtimeOutbox;
const COLUMNS = sql`${id}::text as id, ${kind} as kind, ${lane} as lane, ${number}::text as number, ${payload}::text as payload,
  ${presentEpoch} as epoch`;

const PENDING = statement(
  'read the outbox',
  { limit: 'int' },
  (p) => sql`select ${COLUMNS} from ${runtimeOutbox} where ${publishedAt} is null order by ${id} limit ${p.limit}`,
);

const LANE = statement(
  'read an outbox lane',
  { kind: 'text', lane: 'text', from: 'bigint', limit: 'int' },
  (p) => sql`select ${COLUMNS} from ${runtimeOutbox}
    where ${kind} = ${p.kind} and ${lane} = ${p.lane} and ${number} >= ${p.from} order by ${number} limit ${p.limit}`,
);

const MARK_PUBLISHED = statement(
  'mark as published',
  { ids: 'json' },
  (p) => sql`update ${runtimeOutbox} set ${assignments(runtimeOutbox, { publishedAt: sql`clock_timestamp()` })}
    where ${id} = any (array(select value::bigint from json_array_elements_text(${p.ids}))) and ${publishedAt} is null`,
);

const BACKLOG = statement(
  'count the outbox',
  {},
  () => sql`select count(*)::int as pending, (extract(epoch from clock_timestamp() - min(${createdAt})) * 1000)::float8 as oldest_ms
    from ${runtimeOutbox} where ${publishedAt} is null`,
);

/** The table `runtime_outbox`. */
export class PostgresOutbox implements Outbox {
  readonly #executor: PgExecutor;

  constructor(executor: PgExecutor) {
    this.#executor = executor;
  }

  async pending(limit: number): Promise<OutboxEntry[]> {
    return (await this.#executor.query(PENDING({ limit }))).map(outboxEntryOf);
  }

  async lane(lane: OutboxLane, fromNumber: bigint, limit: number): Promise<OutboxEntry[]> {
    return (await this.#executor.query(LANE({ ...lane, from: fromNumber, limit }))).map(outboxEntryOf);
  }

  async markPublished(ids: readonly bigint[]): Promise<void> {
    if (ids.length > 0) await this.#executor.query(MARK_PUBLISHED({ ids: ids.map(String) }));
  }

  async backlog(): Promise<OutboxBacklog> {
    const [row = {}] = await this.#executor.query(BACKLOG({}));
    return { pending: int(row, 'pending'), oldestMs: row['oldest_ms'] === null ? null : Math.max(0, int(row, 'oldest_ms')) };
  }
}
