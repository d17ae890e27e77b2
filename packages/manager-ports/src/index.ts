export type { Clock } from './clock.js';
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
} from './container-engine.js';
export type { ContainerFleet, FleetHint, FleetInventory, ListedIncarnation } from './container-fleet.js';
export type { DeadLetterBox, DeadLetterState, EntryRequeue, StoredDeadLetter } from './dead-letter-box.js';
export type { DeadLetterPublisher, NumberedDeadLetter } from './dead-letter-publisher.js';
export type { EngineClient, EngineHealth } from './engine-client.js';
export { HOLD_REASONS, type Hold, type HoldReason, type Holds } from './holds.js';
export type { Ids } from './ids.js';
export type { InstallationFactKey, InstallationFacts } from './installation-facts.js';
export type { JobCursors, JobReads, JobStream, ReceivedEntry, StreamShape } from './job-stream.js';
export type { LeaseGrant, Leases } from './leases.js';
export type { NumberedJobResult, NumberedResultPublisher } from './numbered-result-publisher.js';
export type { ObservedOperation, Observer, RuntimeEvent } from './observer.js';
export type {
  Claim,
  ClaimKey,
  ClaimRelease,
  ClaimRequest,
  ClaimState,
  DeadLetterToSend,
  FencedOutcome,
  FinishOutcome,
  Intake,
  IntakeOutcome,
  JobToQueue,
  OperationJournal,
  OperationOutcome,
  OperationProgress,
  RecordChange,
} from './operation-journal.js';
export type { OperationLog, OperationLogEntry } from './operation-log.js';
export {
  type LanePosition,
  type Outbox,
  type OutboxBacklog,
  type OutboxEntry,
  type OutboxLane,
  outboxLane,
  type PublishMark,
  type PublishState,
} from './outbox.js';
export type { PublishOutcome, PublishStamp, StreamPublishing, StreamPublishState } from './publish-outcome.js';
export type { Random } from './random.js';
export type { GameView, QueueOutcome, ReconcileQueue } from './reconcile-queue.js';
export type { Recovery } from './recovery.js';
