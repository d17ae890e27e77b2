import { type ReconcileJob, RUNTIME_STATUSES } from '@galaxy/domain';
import type { GameView, LeaseGrant, QueueOutcome, ReconcileQueue, StoppedPage } from '@galaxy/manager-ports';
import { type SQL, sql } from 'drizzle-orm';
import type { PgExecutor } from '../client/pg-executor.js';
import { LEASE, leaseValues } from '../coordination/under-lease.js';
import { recordColumns, recordOrNull } from '../records/record-columns.js';
import { operationLog, runtimeRecords } from '../schema/schema.js';
import { bool, type Row, text, textOrNull } from '../sql/row.js';
import { statement } from '../sql/statement.js';
import { doorOfHolder } from './door.js';
import { addOperations, operationRow } from './operation-row.js';

const { gameId, status } = operationLog;
const LIVELY = sql.raw(
  RUNTIME_STATUSES.filter((status) => status !== 'removed' && status !== 'stopped')
    .map((status) => `'${status}'`)
    .join(', '),
);

// Two EXISTS, so that each uses its own partial index and neither walks over ended operations.
const isOpen = (game: SQL): SQL => sql`(exists (select from ${operationLog} where ${gameId} = ${game} and ${status} = 'queued')
  or exists (select from ${operationLog} where ${gameId} = ${game} and ${status} = 'running'))`;

// The lateral join makes the planner look up each game by its key, even when there are very many removed records.
const viewsOfNamed = (games: SQL): SQL => sql`
  select g.game_id, ${isOpen(sql`g.game_id`)} as open, ${recordColumns}
  from (select distinct value as game_id from json_array_elements_text(${games})) g left join lateral (
    select * from ${runtimeRecords} where ${runtimeRecords.gameId} = g.game_id limit 1
  ) ${runtimeRecords} on true`;

/**
 * Every game whose record is neither removed nor stopped, a page of the stopped ones, and the ones that are named, each with its record
 * and whether an operation is open.
 */
const GAMES = statement(
  'read games',
  { games: 'json', after: 'text', limit: 'int' },
  (p) =>
    sql`with found as (
      select * from ${runtimeRecords} where ${runtimeRecords.status} in (${LIVELY})
      union all (select * from ${runtimeRecords} where ${runtimeRecords.status} = 'stopped'
        and ${runtimeRecords.gameId} > ${p.after} order by ${runtimeRecords.gameId} limit ${p.limit})
    )
    select ${runtimeRecords.gameId}, ${isOpen(runtimeRecords.gameId.getSQL())} as open, ${recordColumns} from found ${runtimeRecords}
    union all ${viewsOfNamed(p.games)} where g.game_id not in (select game_id from found)`,
);

/** The games that are named, each with its record and whether an operation is open. */
const LOOK_AT = statement('look at games', { games: 'json' }, (p) => viewsOfNamed(p.games));

/**
 * Open operations are read as of the statement's beginning. A job that is ingested meanwhile does no harm: operations keep the order
 * of `ord`, and the process that carries out an act decides again. A second act of the same game violates the unique index.
 */
const QUEUE = statement(
  'queue acts',
  { ...LEASE, acts: 'json' },
  (p) => sql`
    with ${doorOfHolder(p)}, queued as (
      ${addOperations({ rows: p.acts, behind: sql`door`, onlyIf: sql`not ${isOpen(sql`a.game_id`)}` })}
      on conflict do nothing
      returning ${gameId}
    )
    select null as game_id from door union all select game_id from queued`,
);

/** The reconcile queue in the tables `runtime_records` and `runtime_operation_log`. */
export class PostgresReconcileQueue implements ReconcileQueue {
  readonly #executor: PgExecutor;

  constructor(executor: PgExecutor) {
    this.#executor = executor;
  }

  async games(named: readonly string[], { after, limit }: StoppedPage): Promise<GameView[]> {
    return (await this.#executor.query(GAMES({ games: named, after, limit }))).map(viewOf);
  }

  async lookAt(gameIds: readonly string[]): Promise<GameView[]> {
    return (await this.#executor.query(LOOK_AT({ games: gameIds }))).map(viewOf);
  }

  async queue(lease: LeaseGrant, acts: readonly { readonly opId: string; readonly job: ReconcileJob }[]): Promise<QueueOutcome> {
    const own = { source: 'reconciler', sourceRef: 'reconcile', requestedBy: 'reconciler' } as const;
    const asked = acts.map(({ opId, job }) => operationRow({ ...own, opId, job }));
    const rows = await this.#executor.query(QUEUE({ ...leaseValues(lease), acts: asked }));
    if (rows.length === 0) return { kind: 'lost' };
    return { kind: 'queued', gameIds: rows.flatMap((row) => textOrNull(row, 'game_id') ?? []) };
  }
}

function viewOf(row: Row): GameView {
  return { gameId: text(row, 'game_id'), record: recordOrNull(row), open: bool(row, 'open') };
}
