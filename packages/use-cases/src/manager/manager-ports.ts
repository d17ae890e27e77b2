import type {
  Clock,
  ContainerEngine,
  ContainerFleet,
  EngineClient,
  History,
  Holds,
  Ids,
  InstallationFacts,
  JobStream,
  Leases,
  Observer,
  OperationJournal,
  Outbox,
  OutboxPublishers,
  Random,
  ReconcileQueue,
} from '@galaxy/manager-ports';
import type { StreamOffsetStore } from '@galaxy/ports';
import type { PublishedLimit } from '../trimming/trim-published.js';

/** All ports that the manager uses. */
export interface ManagerPorts extends OutboxPublishers {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly observer: Observer;
  readonly journal: OperationJournal;
  readonly outbox: Outbox;
  readonly leases: Leases;
  readonly reconcileQueue: ReconcileQueue;
  readonly history: History;
  readonly holds: Holds;
  readonly facts: InstallationFacts;
  readonly stream: JobStream;
  readonly offsets: StreamOffsetStore;
  readonly engine: ContainerEngine;
  readonly fleet: ContainerFleet;
  readonly engineClient: EngineClient;
}

/** The settings of the manager; docs/configuration.md explains them. Times are in milliseconds. */
export interface ManagerSettings {
  readonly imageAllowlist: readonly string[];
  readonly readyTimeoutMs: number;
  readonly stopGraceMs: number;
  readonly unavailableWindowMs: number;
  /** How many operations of each class run at a time. `stopConcurrency`: all that are neither starts nor turns. */
  readonly startConcurrency: number;
  readonly turnConcurrency: number;
  readonly stopConcurrency: number;
  readonly reconcile: {
    readonly intervalMs: number;
    readonly graceMs: number;
    readonly maxActs: number;
    readonly dryRun: boolean;
  };
  /** Messages that were marked as published longer ago are not sent again, even if the server has lost them. */
  readonly resendWithinMs: number;
  /** How long published messages are kept. */
  readonly keepPublishedMs: number;
  /** Ingested entries stay in the job streams until the last one is so much later; null for ever. */
  readonly trimJobsMarginMs: number | null;
  /** What stays in the streams of results and named outcomes; null: everything. */
  readonly trimResults: PublishedLimit | null;
  /** How long ended operations and removed records are kept; null for ever. */
  readonly historyMs: number | null;
  /** How long a claim lives without a renewal; default 5000. Keep it above twice `SAFETY_MS` of timings.ts. */
  readonly claimTtlMs?: number;
}
