import type { Operation } from '@galaxy/domain';
import type {
  DeadLetterBox,
  Holds,
  InstallationFacts,
  Leases,
  OperationJournal,
  OperationLog,
  OperationQueue,
  Outbox,
  ReconcileQueue,
  Recovery,
} from '@galaxy/manager-ports';
import type { RuntimeRecordStore } from '@galaxy/ports';

/** The keys of the job streams in outcomes that `namingJournal` adds. */
export const STREAM_KEYS_TESTED = { start_jobs: 'tested:starts', stop_jobs: 'tested:stops' } as const;

/** A row of the operation log as a build other than this one may have written it. */
export interface PlantedRow {
  readonly gameId: string;
  readonly op: Operation;
  readonly payloadVersion?: number;
  /** A step that an attempt has recorded before it was released. Without it, the operation is queued. */
  readonly step?: { readonly name: string; readonly version: number };
  /** False for a row whose job is not what its operation and form promise. */
  readonly isReadable?: boolean;
}

/** The stores of one database, empty when opened. */
export interface DatabaseUnderTest {
  readonly records: RuntimeRecordStore;
  readonly journal: OperationJournal;
  /** A journal of the same database that adds named outcomes, with {@link STREAM_KEYS_TESTED}. */
  readonly namingJournal: OperationJournal;
  readonly log: OperationLog;
  readonly operationQueue: OperationQueue;
  readonly outbox: Outbox;
  /** The same outbox, with named outcomes switched off. */
  readonly outboxWithoutOutcomes: Outbox;
  readonly leases: Leases;
  readonly reconcileQueue: ReconcileQueue;
  readonly holds: Holds;
  readonly facts: InstallationFacts;
  readonly deadLetterBox: DeadLetterBox;
  readonly recovery: Recovery;
  /** Writes a row past the journal, and returns its operation's id. */
  plant(row: PlantedRow): Promise<string>;
  /** Lets `ms` milliseconds pass for everything that the database compares with its clock. */
  elapse(ms: number): Promise<void>;
  close(): Promise<void>;
}
