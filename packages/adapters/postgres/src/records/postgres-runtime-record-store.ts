import type { RuntimeRecord, RuntimeStatus } from '@galaxy/domain';
import {
  RuntimeConflictError,
  RuntimeNotFoundError,
  type RuntimePage,
  type RuntimePageQuery,
  type RuntimeRecordStore,
  type UpdateStatusInput,
  validatePageLimit,
  validateRuntimeRecord,
  validateUpdateStatusInput,
} from '@galaxy/ports';
import { getTableColumns, sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { runtimeRecords } from '../schema/schema.js';
import { bool } from '../sql/row.js';
import { assignments, bare, insertSelect } from '../sql/sql-text.js';
import { statement } from '../sql/statement.js';
import { recordColumns, recordDefinition, recordFromM, recordJson, recordOf } from './record-columns.js';

const { gameId, status, currentContainerId, stoppedAt, removedAt, version, health } = runtimeRecords;

/** One record. */
const GET = statement(
  'get record',
  { gameId: 'text' },
  (p) => sql`select ${recordColumns} from ${runtimeRecords} where ${gameId} = ${p.gameId}`,
);

const EXCLUDED = Object.fromEntries(
  Object.entries(getTableColumns(runtimeRecords)).map(([key, column]) => [key, sql`excluded.${bare(column)}`]),
);
const OVERWRITTEN = { ...EXCLUDED, version: sql`${version} + 1` };

/** Stores a record, over the one that was there. */
const UPSERT = statement(
  'upsert record',
  { record: 'json' },
  (p) => sql`${insertSelect(runtimeRecords, { ...recordFromM, version: sql`1` })} from json_to_record(${p.record}) as m(${recordDefinition})
    on conflict (${bare(gameId)}) do update set ${assignments(runtimeRecords, OVERWRITTEN)}`,
);

/**
 * Moves a record to another status if it has the status and, unless that is empty, the container that are expected.
 * Returns whether it was moved, and whether there is a record at all.
 */
const UPDATE_STATUS = statement(
  'update record status',
  { gameId: 'text', from: 'text', containerId: 'text', to: 'text', now: 'time' },
  (p) => sql`
    with moved as (
      update ${runtimeRecords} set ${assignments(runtimeRecords, {
        status: p.to,
        currentContainerId: sql`case when ${p.to} = 'removed' then null else ${currentContainerId} end`,
        stoppedAt: sql`case when ${p.to} = 'stopped' then ${p.now} else ${stoppedAt} end`,
        removedAt: sql`case when ${p.to} = 'removed' then ${p.now} else ${removedAt} end`,
        lastOpAt: p.now,
        version: sql`${version} + 1`,
        health: sql`case when ${p.to} in ('stopped', 'removed') then 'unknown' else ${health} end`,
      })}
      where ${gameId} = ${p.gameId} and ${status} = ${p.from} and (${p.containerId} = '' or ${currentContainerId} = ${p.containerId})
      returning 1
    )
    select exists(select from moved) as moved, exists(select from ${runtimeRecords} where ${gameId} = ${p.gameId}) as found`,
);

/** Every record. */
const LIST = statement('list records', {}, () => sql`select ${recordColumns} from ${runtimeRecords}`);

/** Every record in a status. */
const LIST_BY_STATUS = statement(
  'list records by status',
  { status: 'text' },
  (p) => sql`select ${recordColumns} from ${runtimeRecords} where ${status} = ${p.status}`,
);

/** Records in the order of their games, from after a game. */
const PAGE = statement(
  'list a page of records',
  { after: 'text', limit: 'int' },
  (p) => sql`select ${recordColumns} from ${runtimeRecords} where ${gameId} > ${p.after} order by ${gameId} limit ${p.limit}`,
);

/** Records in a status, in the order of their games, from after a game. */
const PAGE_BY_STATUS = statement(
  'list a page of records by status',
  { status: 'text', after: 'text', limit: 'int' },
  (p) => sql`select ${recordColumns} from ${runtimeRecords}
    where ${status} = ${p.status} and ${gameId} > ${p.after} order by ${gameId} limit ${p.limit}`,
);

/** The runtime records in the table `runtime_records`. */
export class PostgresRuntimeRecordStore implements RuntimeRecordStore {
  readonly #executor: PgExecutor;

  constructor(executor: PgExecutor) {
    this.#executor = executor;
  }

  async get(gameId: string): Promise<RuntimeRecord> {
    const [row] = await this.#executor.query(GET({ gameId }));
    if (row === undefined) throw new RuntimeNotFoundError(gameId);
    return recordOf(row);
  }

  async upsert(record: RuntimeRecord): Promise<void> {
    validateRuntimeRecord(record);
    await this.#executor.query(UPSERT({ record: recordJson(record) }));
  }

  async updateStatus(input: UpdateStatusInput): Promise<void> {
    validateUpdateStatusInput(input);
    const { gameId, expectedFrom: from, expectedContainerId: containerId, to, now } = input;
    const [row = {}] = await this.#executor.query(UPDATE_STATUS({ gameId, from, containerId, to, now }));
    if (bool(row, 'moved')) return;
    throw bool(row, 'found') ? new RuntimeConflictError(gameId) : new RuntimeNotFoundError(gameId);
  }

  async list(): Promise<RuntimeRecord[]> {
    return (await this.#executor.query(LIST({}))).map(recordOf);
  }

  async listByStatus(status: RuntimeStatus): Promise<RuntimeRecord[]> {
    return (await this.#executor.query(LIST_BY_STATUS({ status }))).map(recordOf);
  }

  async listPage({ status, after = '', limit }: RuntimePageQuery): Promise<RuntimePage> {
    validatePageLimit('list runtimes', limit);
    // Reads one record more than the limit, to know whether there is a next page.
    const page = { after, limit: limit + 1 };
    const rows = await this.#executor.query(status === undefined ? PAGE(page) : PAGE_BY_STATUS({ ...page, status }));
    const records = rows.slice(0, limit).map(recordOf);
    return { records, next: rows.length > limit ? (records.at(-1)?.gameId ?? null) : null };
  }
}
