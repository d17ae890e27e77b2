import { setTimeout as sleep } from 'node:timers/promises';
import { STREAM_KEYS_TESTED } from '@galaxy/manager-port-contracts';
import type { PgExecutor } from './client/pg-executor.js';
import { PostgresHolds } from './coordination/postgres-holds.js';
import { PostgresInstallationFacts } from './coordination/postgres-installation-facts.js';
import { PostgresLeases } from './coordination/postgres-leases.js';
import { PostgresRecovery } from './coordination/postgres-recovery.js';
import { PostgresHistory } from './history/postgres-history.js';
import { PostgresOperationJournal } from './operations/postgres-operation-journal.js';
import { PostgresOperationLog } from './operations/postgres-operation-log.js';
import { PostgresOutbox } from './outbox/postgres-outbox.js';
import { PostgresDeadLetterBox } from './queue/postgres-dead-letter-box.js';
import { PostgresOperationQueue } from './queue/postgres-operation-queue.js';
import { PostgresReconcileQueue } from './queue/postgres-reconcile-queue.js';
import { PostgresRuntimeRecordStore } from './records/postgres-runtime-record-store.js';

/** Empties every table but that of the migrations. */
export const EMPTY = {
  name: 'empty the database',
  text: `truncate runtime_records, runtime_operation_log, runtime_outbox, runtime_lanes, runtime_stream_cursors, runtime_leases, runtime_holds,
    runtime_publishing, runtime_deleted_messages, runtime_settings restart identity`,
  params: [],
};

/** Every store of one database. */
export function storesOver(executor: PgExecutor) {
  return {
    records: new PostgresRuntimeRecordStore(executor),
    journal: new PostgresOperationJournal(executor),
    namingJournal: new PostgresOperationJournal(executor, { outcomesOf: STREAM_KEYS_TESTED }),
    log: new PostgresOperationLog(executor),
    operationQueue: new PostgresOperationQueue(executor),
    outbox: new PostgresOutbox(executor),
    outboxWithoutOutcomes: new PostgresOutbox(executor, ['job_result', 'dead_letter']),
    leases: new PostgresLeases(executor),
    reconcileQueue: new PostgresReconcileQueue(executor),
    holds: new PostgresHolds(executor),
    facts: new PostgresInstallationFacts(executor),
    deadLetterBox: new PostgresDeadLetterBox(executor),
    recovery: new PostgresRecovery(executor),
    history: new PostgresHistory(executor),
  };
}

// What is compared with the present time, in each table. `since` of a hold is only shown.
const TIMES = {
  runtime_operation_log: ['claim_expires_at', 'finished_at'],
  runtime_outbox: ['created_at', 'published_at'],
  runtime_leases: ['expires_at'],
} as const;

/** Makes everything in the database older by so many milliseconds, as if they had passed. */
export async function elapse(executor: PgExecutor, ms: number): Promise<void> {
  for (const [table, columns] of Object.entries(TIMES)) {
    const older = columns.map((column) => `${column} = ${column} - interval '${String(ms)} milliseconds'`).join(', ');
    await executor.query({ name: 'let time pass', text: `update ${table} set ${older}`, params: [] });
  }
  // A little really passes, for what is only shown.
  await sleep(5);
}
