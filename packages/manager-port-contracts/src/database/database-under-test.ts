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
  /** Lets `ms` milliseconds pass for everything that the database compares with its clock. */
  elapse(ms: number): Promise<void>;
  close(): Promise<void>;
}
