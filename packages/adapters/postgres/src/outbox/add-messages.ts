import { type SQL, sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { PostgresFault } from '../client/postgres-faults.js';
import { runtimeLanes, runtimeOutbox } from '../schema/schema.js';
import type { Row } from '../sql/row.js';
import { assignments, bareList, insertSelect } from '../sql/sql-text.js';
import type { Query } from '../sql/statement.js';

const { kind, lane, lastNumber } = runtimeLanes;
const ADDED = [
  runtimeOutbox.id,
  runtimeOutbox.kind,
  runtimeOutbox.lane,
  runtimeOutbox.number,
  runtimeOutbox.payload,
  runtimeOutbox.dedupeKey,
] as const;

/**
 * The CTEs that add the rows of the CTE `messages` (kind, lane, dedupe_key, payload, and their order `n`) to the outbox. `lanes`
 * takes the numbers: a statement that adds to the same lane waits there until this one has ended, so numbers have no gaps, whoever
 * is refused. The lanes are locked in one order. `added` writes the messages.
 *
 * `messages` must not have a message that is in the outbox already, as far as the statement can see. If another statement adds the
 * same one meanwhile, this one is refused whole (`runtime_outbox_dedupe_key`): with ON CONFLICT DO NOTHING its number would be lost.
 *
 * @param payload the stored payload of a row `m` of `messages`, whose lane is the row `l` of `lanes`.
 */
export function addMessages(payload: SQL = sql`m.payload`): SQL {
  return sql`
    lanes as (
      ${insertSelect(runtimeLanes, { kind: sql`m.kind`, lane: sql`m.lane`, lastNumber: sql`count(*)` })}
      from messages m group by m.kind, m.lane order by m.kind, m.lane
      on conflict (${bareList(kind, lane)}) do update set ${assignments(runtimeLanes, { lastNumber: sql`${lastNumber} + excluded.last_number` })}
      returning ${kind}, ${lane}, ${lastNumber}
    ), added as (
      ${insertSelect(runtimeOutbox, {
        kind: sql`m.kind`,
        lane: sql`m.lane`,
        number: sql`l.last_number - count(*) over of_lane + row_number() over (of_lane order by m.n)`,
        numbered: sql`true`,
        dedupeKey: sql`m.dedupe_key`,
        payload,
      })}
      from messages m join lanes l on l.kind = m.kind and l.lane = m.lane
      window of_lane as (partition by m.kind, m.lane) order by m.n
      returning ${bareList(...ADDED)}
    )`;
}

const MAX_TRIES = 3;

/** Runs a statement that adds messages, and runs it again when another one added one of them meanwhile: then it sees that message. */
export async function retryAddedMeanwhile(executor: PgExecutor, query: Query): Promise<readonly Row[]> {
  for (let tries = 1; ; tries++) {
    try {
      return await executor.query(query);
    } catch (error) {
      if (tries === MAX_TRIES || !isAdded(error)) throw error;
    }
  }
}

const isAdded = (error: unknown) => error instanceof PostgresFault && error.constraint === 'runtime_outbox_dedupe_key';
