import {
  checkSchema,
  knownInstance,
  loadInstance,
  migrate,
  migratePglite,
  type PgExecutor,
  type PgListener,
  type PgliteDatabase,
  PgliteExecutor,
  PgliteListener,
  PostgresDeadLetterBox,
  PostgresExecutor,
  PostgresHistory,
  PostgresHolds,
  PostgresInstallationFacts,
  PostgresLeases,
  PostgresListener,
  PostgresOperationHints,
  PostgresOperationJournal,
  PostgresOperationLog,
  PostgresOperationQueue,
  PostgresOutbox,
  PostgresReconcileQueue,
  PostgresRecovery,
  PostgresRuntimeRecordStore,
} from '@galaxy/adapter-postgres';
import type { JobStreamName } from '@galaxy/domain';
import {
  type DeadLetterBox,
  type History,
  type Holds,
  type InstallationFacts,
  type Leases,
  type OperationHints,
  type OperationJournal,
  type OperationLog,
  type OperationQueue,
  OUTBOX_KINDS,
  type Outbox,
  type ReconcileQueue,
  type Recovery,
} from '@galaxy/manager-ports';
import type { RuntimeRecordStore } from '@galaxy/ports';
import type { Config } from '../config/schema.js';
import { lockFolder } from './lock-folder.js';
import type { Part } from './part.js';

/** The key of each job stream, if outcomes are published by name (`RTMANAGER_JOB_OUTCOMES`); otherwise null. */
export type OutcomesOf = Readonly<Record<JobStreamName, string>> | null;

/** What the settings say about named outcomes. */
export function outcomesOf(config: Config): OutcomesOf {
  if (config.RTMANAGER_JOB_OUTCOMES === 'off') return null;
  return { start_jobs: config.RTMANAGER_START_JOBS_STREAM, stop_jobs: config.RTMANAGER_STOP_JOBS_STREAM };
}

/** The ports on PostgreSQL, and the name of this installation, which is stored there. */
export interface Database {
  readonly journal: OperationJournal;
  readonly outbox: Outbox;
  readonly leases: Leases;
  readonly reconcileQueue: ReconcileQueue;
  readonly history: History;
  readonly holds: Holds;
  readonly facts: InstallationFacts;
  readonly deadLetterBox: DeadLetterBox;
  readonly records: RuntimeRecordStore;
  readonly recovery: Recovery;
  readonly operationQueue: OperationQueue;
  readonly operationHints: OperationHints;
  readonly operationLog: OperationLog;
  readonly instance: string;
}

/** A PostgreSQL server. `open` migrates the schema and stores the installation's name. */
export function postgresServer(url: string, instance: string | undefined, outcomesOf: OutcomesOf = null): Part<Database> {
  const executor = new PostgresExecutor({ url });
  // With connections of their own, renewals of claims and of the lease never wait for other statements.
  const renewals = new PostgresExecutor({ url, maxConnections: 2, applicationName: 'galaxy-rtmanager-renewals' });
  return server([executor, renewals], async (signal) => {
    await migrate(url, { signal });
    return portsOver(executor, new PostgresListener({ url }), await loadInstance(executor, instance), outcomesOf, renewals);
  });
}

/**
 * Creates the schema of a PostgreSQL server, or brings it to this version. Safe to run any number of times at once.
 * @throws what {@link migrate} throws.
 */
export function bringSchemaUpToDate(url: string): ReturnType<typeof migrate> {
  return migrate(url);
}

/**
 * The PostgreSQL server of a running service, for a command. `open` changes neither the schema nor the installation's name; it throws
 * SchemaTooOldError, SchemaTooNewError or WrongInstanceError if they do not match.
 */
export function installedPostgres(url: string, instance: string | undefined, outcomesOf: OutcomesOf = null): Part<Database> {
  const executor = new PostgresExecutor({ url });
  return server([executor], async () => {
    await checkSchema(executor);
    return portsOver(executor, new PostgresListener({ url }), await knownInstance(executor, instance), outcomesOf);
  });
}

function server(executors: readonly [PostgresExecutor, ...PostgresExecutor[]], open: Part<Database>['open']): Part<Database> {
  return {
    probe: { name: 'postgres', check: () => executors[0].ping() },
    open,
    close: async () => {
      await Promise.all(executors.map((executor) => executor.close()));
    },
  };
}

/** A PostgreSQL inside this process, in memory or in a folder. No other process may open the folder at the same time. */
export function embeddedPostgres(folder: string | undefined, instance: string | undefined, outcomesOf: OutcomesOf = null): Part<Database> {
  let opened: ReturnType<typeof openEmbedded> | null = null;
  const executor = () =>
    (opened ??= openEmbedded(folder).catch((error: unknown) => {
      // Forget the failure: the folder may be free at the next call.
      opened = null;
      throw error;
    }));
  return {
    probe: { name: 'postgres', check: async () => (await executor()).executor.ping() },
    open: async () => {
      const { executor: embedded, listener } = await executor();
      return portsOver(embedded, listener, await loadInstance(embedded, instance), outcomesOf);
    },
    close: async () => {
      if (opened === null) return;
      const { executor: embedded, unlock } = await opened;
      await embedded.close();
      unlock();
    },
  };
}

async function openEmbedded(folder: string | undefined) {
  // Two processes on one folder overwrite each other without an error: https://pglite.dev/docs/multi-tab-worker
  const unlock = folder === undefined ? () => undefined : lockFolder(folder);
  try {
    // Loaded here and not at the top: it is large, and a service on real servers does not need it.
    const { PGlite } = await import('@electric-sql/pglite');
    const database = await PGlite.create(folder === undefined ? {} : { dataDir: folder });
    await migratePglite(database).catch((error: unknown) => closeAndThrow(database, error));
    return { executor: new PgliteExecutor(database), listener: new PgliteListener(database), unlock };
  } catch (error) {
    unlock();
    throw error;
  }
}

async function closeAndThrow(database: PgliteDatabase, error: unknown): Promise<never> {
  await database.close();
  throw error;
}

function portsOver(executor: PgExecutor, listener: PgListener, instance: string, outcomesOf: OutcomesOf, renewals = executor): Database {
  const kinds = OUTBOX_KINDS.filter((kind) => kind !== 'job_outcome' || outcomesOf !== null);
  return {
    journal: new PostgresOperationJournal(executor, { outcomesOf, renewals }),
    outbox: new PostgresOutbox(executor, kinds),
    leases: new PostgresLeases(renewals),
    reconcileQueue: new PostgresReconcileQueue(executor),
    history: new PostgresHistory(executor),
    holds: new PostgresHolds(executor),
    facts: new PostgresInstallationFacts(executor),
    deadLetterBox: new PostgresDeadLetterBox(executor),
    records: new PostgresRuntimeRecordStore(executor),
    recovery: new PostgresRecovery(executor),
    operationQueue: new PostgresOperationQueue(executor),
    operationHints: new PostgresOperationHints(listener),
    operationLog: new PostgresOperationLog(executor),
    instance,
  };
}
