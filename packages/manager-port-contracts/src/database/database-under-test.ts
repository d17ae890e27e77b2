import type {
  DeadLetterBox,
  History,
  Holds,
  InstallationFacts,
  Leases,
  OperationJournal,
  OperationLog,
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
  readonly outbox: Outbox;
  readonly leases: Leases;
  readonly reconcileQueue: ReconcileQueue;
  readonly holds: Holds;
  readonly facts: InstallationFacts;
  readonly deadLetterBox: DeadLetterBox;
  readonly recovery: Recovery;
  readonly history: History;
  /** Returns once at least `ms` milliseconds have passed by the database's clock. */
  elapse(ms: number): Promise<void>;
  close(): Promise<void>;
}
