import type { DeadLetterBox, DeadLetterState, RequeuedOperation, StoredDeadLetter } from '@galaxy/manager-ports';
import { validatePageLimit } from '@galaxy/ports';
import { sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { onHold } from '../coordination/postgres-holds.js';
import { numberedDeadLetterOf } from '../outbox/outbox-message.js';
import { runtimeOutbox } from '../schema/schema.js';
import { bigInt, bool, oneOf, type Row } from '../sql/row.js';
import { assignments } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';
import { door, makeDoor } from './door.js';
import { addOperations, operationRow } from './operation-row.js';

const { id, kind, lane, number, payload, resolution } = runtimeOutbox;
const STATES = ['open', 'requeued', 'discarded'] as const satisfies readonly DeadLetterState[];
const STATE = sql`coalesce(${resolution}, 'open')`;
const COLUMNS = sql`${id}::text as id, ${lane} as lane, ${number}::text as number, ${payload}::text as payload, ${STATE} as state`;

/** Dead letters in one state, the oldest first. */
const LIST = statement(
  'list dead letters',
  { state: 'text', after: 'bigint', limit: 'int' },
  (p) => sql`select ${COLUMNS} from ${runtimeOutbox}
    where ${kind} = 'dead_letter' and ${id} > ${p.after} and ${STATE} = ${p.state} order by ${id} limit ${p.limit}`,
);

/** One dead letter. */
const GET = statement(
  'read a dead letter',
  { id: 'bigint' },
  (p) => sql`select ${COLUMNS} from ${runtimeOutbox} where ${kind} = 'dead_letter' and ${id} = ${p.id}`,
);

/** Records what an operator decided about a dead letter. No row when that was decided before. */
const RESOLVE = statement(
  'resolve a dead letter',
  { id: 'bigint', resolution: 'text' },
  (p) => sql`update ${runtimeOutbox} set ${assignments(runtimeOutbox, { resolution: p.resolution })}
    where ${id} = ${p.id} and ${kind} = 'dead_letter' and ${resolution} is null returning 1`,
);

/** Queues the job of an open dead letter by the door, and records the decision: both or neither. */
const REQUEUE = statement(
  'requeue a dead letter',
  { id: 'bigint', operations: 'json' },
  (p) => sql`
    with ${door(sql`true`)}, resolved as (
      update ${runtimeOutbox} set ${assignments(runtimeOutbox, { resolution: sql`'requeued'` })}
      from door where ${id} = ${p.id} and ${kind} = 'dead_letter' and ${resolution} is null and not ${onHold}
      returning 1
    ), queued as (
      ${addOperations({ rows: p.operations, behind: sql`resolved` })}
      returning 1
    )
    select exists (select from door) as door, exists (select from queued) as queued`,
);

/** The dead letters in the table `runtime_outbox`, published or not. */
export class PostgresDeadLetterBox implements DeadLetterBox {
  readonly #executor: PgExecutor;

  constructor(executor: PgExecutor) {
    this.#executor = executor;
  }

  async list(query: { readonly state: DeadLetterState; readonly after?: bigint; readonly limit: number }): Promise<StoredDeadLetter[]> {
    const { state, after = 0n, limit } = query;
    validatePageLimit('list dead letters', limit);
    return (await this.#executor.query(LIST({ state, after, limit }))).map(storedOf);
  }

  async get(id: bigint): Promise<StoredDeadLetter | null> {
    const [row] = await this.#executor.query(GET({ id }));
    return row === undefined ? null : storedOf(row);
  }

  async resolve(id: bigint, state: Exclude<DeadLetterState, 'open'>): Promise<boolean> {
    return (await this.#executor.query(RESOLVE({ id, resolution: state }))).length > 0;
  }

  async requeue(id: bigint, { opId, sourceRef, job }: RequeuedOperation): Promise<boolean> {
    const operations = [operationRow({ opId, source: 'admin', sourceRef, job, requestedBy: 'operator' })];
    for (;;) {
      const [row = {}] = await this.#executor.query(REQUEUE({ id, operations }));
      if (bool(row, 'door')) return bool(row, 'queued');
      await makeDoor(this.#executor);
    }
  }
}

function storedOf(row: Row): StoredDeadLetter {
  return { ...numberedDeadLetterOf(row), id: bigInt(row, 'id'), state: oneOf(row, 'state', STATES) };
}
