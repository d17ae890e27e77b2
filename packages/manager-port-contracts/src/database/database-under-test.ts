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

/** The stores of one database, empty when opened. */
export interface DatabaseUnderTest {
  readonly records: RuntimeRecordStore;
  readonly journal: OperationJournal;
  readonly log: OperationLog;
  readonly operationQueue: OperationQueue;
  readonly outbox: Outbox;
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
