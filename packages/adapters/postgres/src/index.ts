export type { MigrationReport } from './apply-migrations.js';
export { checkSchema } from './check-schema.js';
export { knownInstance, loadInstance } from './instance.js';
export { type MigrateOptions, migrate } from './migrate.js';
export { migratePglite } from './migrate-pglite.js';
export type { PgExecutor } from './pg-executor.js';
export { type PgliteDatabase, PgliteExecutor } from './pglite-executor.js';
export { PostgresDeadLetterBox } from './postgres-dead-letter-box.js';
export { PostgresExecutor, type PostgresOptions } from './postgres-executor.js';
export { PostgresHolds } from './postgres-holds.js';
export { PostgresLeases } from './postgres-leases.js';
export { PostgresOperationJournal } from './postgres-operation-journal.js';
/** @public for other services and tools that read the same database */
export { PostgresOperationLog } from './postgres-operation-log.js';
export { PostgresOutbox } from './postgres-outbox.js';
export { PostgresReconcileQueue } from './postgres-reconcile-queue.js';
export { PostgresRecovery } from './postgres-recovery.js';
/** @public for other services and tools that read the same database */
export { PostgresRuntimeRecordStore } from './postgres-runtime-record-store.js';
export { PostgresSettings } from './postgres-settings.js';
/** @public for other services and tools that read the same database */
export { SchemaTooNewError } from './schema-too-new-error.js';
/** @public for other services and tools that read the same database */
export { SchemaTooOldError } from './schema-too-old-error.js';
/** @public for other services and tools that read the same database */
export { WrongInstanceError } from './wrong-instance-error.js';
