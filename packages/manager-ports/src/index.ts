export type { Clock } from './clock.js';
export type { DeadLetterBox, DeadLetterState, RequeuedOperation, StoredDeadLetter } from './database/dead-letter-box.js';
export { HeldRowFault } from './database/held-row-fault.js';
export type { History, PruneLimits, PruneOutcome } from './database/history.js';
export { HOLD_REASONS, type Hold, type HoldReason, type Holds } from './database/holds.js';
export type { InstallationFactKey, InstallationFacts } from './database/installation-facts.js';
export { type KnownOperation, knownOperation, type UnreadableOperation } from './database/known-operation.js';
export { COORDINATOR_LEASE, type LeaseGrant, type Leases } from './database/leases.js';
export type { OperationHint, OperationHints } from './database/operation-hints.js';
export {
  type Claim,
  type ClaimKey,
  type ClaimRelease,
  type ClaimRequest,
  type ClaimState,
  type DeadLetterToSend,
  type ExpectedRecord,
  type FencedOutcome,
  type FinishOutcome,
  type Intake,
  type IntakeOutcome,
  type JobToQueue,
  type OperationJournal,
  type OperationOutcome,
  type OperationProgress,
  type RecordChange,
  type StartProgress,
  writtenFields,
} from './database/operation-journal.js';
export type { OperationLog, OperationLogEntry, UnreadableJob } from './database/operation-log.js';
export {
  type EnqueueOutcome,
  type OperationQueue,
  type OperationRequest,
  type RequestedJob,
  validateOperationRequest,
} from './database/operation-queue.js';
export {
  type Forgettable,
  forEachKind,
  type LanePosition,
  OUTBOX_KINDS,
  type Outbox,
  type OutboxBacklog,
  type OutboxEntry,
  type OutboxKind,
  type OutboxLane,
  type OutboxMessages,
  outboxLane,
  type PublishMark,
  type PublishState,
} from './database/outbox.js';
export type { GameView, QueueOutcome, ReconcileQueue, StoppedPage } from './database/reconcile-queue.js';
export type { Recovery } from './database/recovery.js';
export type {
  ContainerEngine,
  CreateOutcome,
  ImageOutcome,
  Incarnation,
  IncarnationOwner,
  IncarnationSpec,
  IncarnationState,
  Inspection,
  PrepareOutcome,
  PullFailureReason,
  RemoveOutcome,
  StartOutcome,
  StopOutcome,
} from './engine/container-engine.js';
export type { ContainerFleet, FleetHint, FleetInventory, ListedIncarnation } from './engine/container-fleet.js';
export type { EngineClient, EngineHealth } from './engine/engine-client.js';
export type { Ids } from './ids.js';
export type { ObservedOperation, Observer, RuntimeEvent } from './observer.js';
export type { Random } from './random.js';
export type { DeadLetterPublisher, NumberedDeadLetter } from './streams/dead-letter-publisher.js';
export type { JobOutcomePublisher, NamedOutcome, NumberedJobOutcome } from './streams/job-outcome-publisher.js';
export type { JobCursors, JobReads, JobStream, ReceivedEntry, StreamCut, StreamShape, TrimOutcome } from './streams/job-stream.js';
export type { NumberedJobResult, NumberedResultPublisher } from './streams/numbered-result-publisher.js';
export {
  type OutboxPublishers,
  PUBLISHER_PORTS,
  type PublishersByKind,
  publishersByKind,
  publishingByKind,
} from './streams/outbox-publishers.js';
export type {
  HeldLane,
  PublishedTrim,
  PublishOutcome,
  PublishStamp,
  StreamLimit,
  StreamPublishing,
  StreamPublishState,
} from './streams/publish-outcome.js';
