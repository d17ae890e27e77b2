import type { PgExecutor } from './pg-executor.js';
import { PostgresDeadLetterBox } from './postgres-dead-letter-box.js';
import { PostgresHolds } from './postgres-holds.js';
import { PostgresLeases } from './postgres-leases.js';
import { PostgresOperationJournal } from './postgres-operation-journal.js';
import { PostgresOperationLog } from './postgres-operation-log.js';
import { PostgresOutbox } from './postgres-outbox.js';
import { PostgresReconcileQueue } from './postgres-reconcile-queue.js';
import { PostgresRecovery } from './postgres-recovery.js';
import { PostgresRuntimeRecordStore } from './postgres-runtime-record-store.js';
import { PostgresSettings } from './postgres-settings.js';

/** Empties every table but that of the migrations. */
export const EMPTY = {
  name: 'empty the database',
  text: `truncate runtime_records, runtime_operation_log, runtime_outbox, runtime_stream_cursors, runtime_leases, runtime_holds,
    runtime_publishing, runtime_settings restart identity`,
  params: [],
};

/** Every store of one database. */
export function storesOver(executor: PgExecutor) {
  return {
    records: new PostgresRuntimeRecordStore(executor),
    journal: new PostgresOperationJournal(executor),
    log: new PostgresOperationLog(executor),
    outbox: new PostgresOutbox(executor),
    leases: new PostgresLeases(executor),
    reconcileQueue: new PostgresReconcileQueue(executor),
    holds: new PostgresHolds(executor),
    settings: new PostgresSettings(executor),
    deadLetterBox: new PostgresDeadLetterBox(executor),
    recovery: new PostgresRecovery(executor),
  };
}
