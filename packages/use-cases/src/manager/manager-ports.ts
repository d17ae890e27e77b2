import type {
  Clock,
  ContainerEngine,
  ContainerFleet,
  DeadLetterPublisher,
  EngineClient,
  Holds,
  Ids,
  InstallationFacts,
  JobStream,
  Leases,
  NumberedResultPublisher,
  Observer,
  OperationJournal,
  Outbox,
  Random,
  ReconcileQueue,
} from '@galaxy/manager-ports';
import type { StreamOffsetStore } from '@galaxy/ports';

/** Every port the manager works with. */
export interface ManagerPorts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly observer: Observer;
  readonly journal: OperationJournal;
  readonly outbox: Outbox;
  readonly leases: Leases;
  readonly reconcileQueue: ReconcileQueue;
  readonly holds: Holds;
  readonly facts: InstallationFacts;
  readonly stream: JobStream;
  readonly offsets: StreamOffsetStore;
  readonly results: NumberedResultPublisher;
  readonly deadLetters: DeadLetterPublisher;
  readonly engine: ContainerEngine;
  readonly fleet: ContainerFleet;
  readonly engineClient: EngineClient;
}

/** What an operator decides. */
export interface ManagerSettings {
  readonly imageAllowlist: readonly string[];
  readonly readyTimeoutMs: number;
  readonly stopGraceMs: number;
  readonly unavailableWindowMs: number;
  readonly startConcurrency: number;
  readonly stopConcurrency: number;
  readonly reconcile: {
    readonly intervalMs: number;
    readonly graceMs: number;
    readonly maxActs: number;
    readonly dryRun: boolean;
  };
  /** Messages that were marked longer ago are not sent again, whatever their server has lost. */
  readonly resendWithinMs: number;
  /** Published messages are kept for so long. */
  readonly keepPublishedMs: number;
  /** How long a claim lives without being renewed; default 5000, more than twice the two seconds of safety. */
  readonly claimTtlMs?: number;
}
