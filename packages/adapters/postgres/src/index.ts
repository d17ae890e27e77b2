export type { PgExecutor } from './client/pg-executor.js';
export type { PgListener } from './client/pg-listener.js';
export { type PgliteDatabase, PgliteExecutor } from './client/pglite-executor.js';
export { PgliteListener } from './client/pglite-listener.js';
export { PostgresExecutor, type PostgresOptions } from './client/postgres-executor.js';
export { PostgresListener } from './client/postgres-listener.js';
export { PostgresHolds } from './coordination/postgres-holds.js';
export { PostgresInstallationFacts } from './coordination/postgres-installation-facts.js';
export { PostgresLeases } from './coordination/postgres-leases.js';
export { PostgresRecovery } from './coordination/postgres-recovery.js';
export { PostgresHistory } from './history/postgres-history.js';
export { PostgresOperationJournal } from './operations/postgres-operation-journal.js';
export { PostgresOperationLog } from './operations/postgres-operation-log.js';
export { PostgresOutbox } from './outbox/postgres-outbox.js';
export { PostgresDeadLetterBox } from './queue/postgres-dead-letter-box.js';
export { PostgresOperationHints } from './queue/postgres-operation-hints.js';
export { PostgresOperationQueue } from './queue/postgres-operation-queue.js';
export { PostgresReconcileQueue } from './queue/postgres-reconcile-queue.js';
/** @public for other services and tools that read the same database */
export { PostgresRuntimeRecordStore } from './records/postgres-runtime-record-store.js';
export type { MigrationReport } from './schema/apply-migrations.js';
export { checkSchema } from './schema/check-schema.js';
export { knownInstance, loadInstance } from './schema/instance.js';
export { type MigrateOptions, migrate } from './schema/migrate.js';
export { migratePglite } from './schema/migrate-pglite.js';
/** @public for other services and tools that read the same database */
export { SchemaTooNewError, SchemaTooOldError, WrongInstanceError } from './schema/schema-errors.js';
/** @public for the generator that writes the statements down */
export { type CompiledStatement, compiledStatements } from './sql/statement.js';
