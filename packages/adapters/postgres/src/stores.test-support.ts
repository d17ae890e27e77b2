import type { PgExecutor } from './client/pg-executor.js';
import { PostgresHolds } from './coordination/postgres-holds.js';
import { PostgresInstallationFacts } from './coordination/postgres-installation-facts.js';
import { PostgresLeases } from './coordination/postgres-leases.js';
import { PostgresRecovery } from './coordination/postgres-recovery.js';
import { PostgresHistory } from './history/postgres-history.js';
import { PostgresOperationJournal } from './operations/postgres-operation-journal.js';
import { PostgresOperationLog } from './operations/postgres-operation-log.js';
import { PostgresReconcileQueue } from './operations/postgres-reconcile-queue.js';
import { PostgresDeadLetterBox } from './outbox/postgres-dead-letter-box.js';
import { PostgresOutbox } from './outbox/postgres-outbox.js';
import { PostgresRuntimeRecordStore } from './records/postgres-runtime-record-store.js';

/** Empties every table but that of the migrations. */
export const EMPTY = {
  name: 'empty the database',
  text: `truncate runtime_records, runtime_operation_log, runtime_outbox, runtime_lanes, runtime_stream_cursors, runtime_leases, runtime_holds,
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
    facts: new PostgresInstallationFacts(executor),
    deadLetterBox: new PostgresDeadLetterBox(executor),
    recovery: new PostgresRecovery(executor),
    history: new PostgresHistory(executor),
  };
}
