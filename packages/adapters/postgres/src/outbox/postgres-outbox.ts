import {
  type Forgettable,
  type LanePosition,
  OUTBOX_KINDS,
  type Outbox,
  type OutboxBacklog,
  type OutboxEntry,
  type OutboxKind,
  type OutboxLane,
  type PublishMark,
  type PublishState,
} from '@galaxy/manager-ports';
import { sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { runtimeOutbox } from '../schema/schema.js';
import { int } from '../sql/row.js';
import { ago } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';
import { forgettable } from './forgettable.js';
import { isOf, outboxColumns, outboxEntryOf } from './outbox-message.js';
import { pruneOutbox } from './prune-outbox.js';
import { lately, markPublished, publishState } from './publish-marks.js';
import { takeBack } from './take-back.js';

const { id, kind, lane, number, createdAt, publishedAt } = runtimeOutbox;

/** The messages that are not marked as published, the oldest first. */
const PENDING = statement(
  'read the outbox',
  { kinds: 'json', limit: 'int' },
  (p) =>
    sql`select ${outboxColumns} from ${runtimeOutbox} where ${publishedAt} is null and ${isOf(p.kinds)} order by ${id} limit ${p.limit}`,
);

/** The messages of a lane from the first that is not marked, or was marked lately, at or after a number. */
const LANE = statement(
  'read an outbox lane',
  { kind: 'text', lane: 'text', fromNumber: 'bigint', markedWithinMs: 'float', limit: 'int' },
  (p) => sql`
    with first as (
      select min(${number}) as number from ${runtimeOutbox}
      where ${kind} = ${p.kind} and ${lane} = ${p.lane} and ${number} >= ${p.fromNumber}
        and (${publishedAt} is null or ${publishedAt} > ${ago(p.markedWithinMs)})
    )
    select ${outboxColumns} from ${runtimeOutbox}
    where ${kind} = ${p.kind} and ${lane} = ${p.lane} and ${number} >= (select first.number from first)
    order by ${number} limit ${p.limit}`,
);

/** How many messages are not marked as published, and how old the oldest is. */
const BACKLOG = statement(
  'count the outbox',
  { kinds: 'json' },
  (p) => sql`select count(*)::int as pending, (extract(epoch from clock_timestamp() - min(${createdAt})) * 1000)::float8 as oldest_ms
    from ${runtimeOutbox} where ${publishedAt} is null and ${isOf(p.kinds)}`,
);

/** The outbox in the tables `runtime_outbox` and `runtime_publishing`. */
export class PostgresOutbox implements Outbox {
  readonly #executor: PgExecutor;
  readonly #kinds: readonly OutboxKind[];

  /** `kinds`: those whose streams are switched on, default all. Messages of others wait, unseen, until theirs is switched on. */
  constructor(executor: PgExecutor, kinds: readonly OutboxKind[] = OUTBOX_KINDS) {
    this.#executor = executor;
    this.#kinds = kinds;
  }

  async pending(limit: number): Promise<OutboxEntry[]> {
    return (await this.#executor.query(PENDING({ kinds: this.#kinds, limit }))).map(outboxEntryOf);
  }

  async lane(
    { kind, lane }: OutboxLane,
    query: { readonly fromNumber: bigint; readonly markedWithinMs: number; readonly limit: number },
  ): Promise<OutboxEntry[]> {
    return (await this.#executor.query(LANE({ kind, lane, ...query }))).map(outboxEntryOf);
  }

  markPublished(marks: readonly PublishMark[]): Promise<void> {
    return markPublished(this.#executor, marks);
  }

  state(): Promise<PublishState> {
    return publishState(this.#executor);
  }

  lately(withinMs: number): Promise<LanePosition[]> {
    return lately(this.#executor, this.#kinds, withinMs);
  }

  takeBack(held: readonly LanePosition[], withinMs: number): Promise<{ readonly epoch: bigint; readonly takenBack: number }> {
    return takeBack(this.#executor, this.#kinds, held, withinMs);
  }

  async backlog(): Promise<OutboxBacklog> {
    const [row = {}] = await this.#executor.query(BACKLOG({ kinds: this.#kinds }));
    return { pending: int(row, 'pending'), oldestMs: row['oldest_ms'] === null ? null : Math.max(0, int(row, 'oldest_ms')) };
  }

  prune(olderThanMs: number, limit: number): Promise<number> {
    return pruneOutbox(this.#executor, olderThanMs, limit);
  }

  forgettable(kind: OutboxKind, lanes: readonly string[], markedWithinMs: number): Promise<Forgettable | null> {
    return forgettable(this.#executor, kind, lanes, markedWithinMs);
  }
}
