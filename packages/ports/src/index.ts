export type { Chance } from './chance.js';
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
export type { DeadLetter, DeadLetterPublisher, NumberedDeadLetter } from './dead-letter-publisher.js';
export type { EngineClient, EngineHealth } from './engine-client.js';
export {
  type Dependency,
  DependencyFault,
  type FaultEffect,
  type FaultInput,
  InvalidInputError,
  RuntimeConflictError,
  RuntimeFault,
  RuntimeNotFoundError,
} from './faults.js';
export { HOLD_REASONS, type Hold, type HoldReason, type Holds } from './holds.js';
export type { Ids } from './ids.js';
export {
  JOB_OUTCOMES,
  type JobOutcome,
  type JobResult,
  type JobResultPublisher,
  type NumberedJobResult,
  validateJobResult,
} from './job-result-publisher.js';
export type { JobCursors, JobReads, JobStream, JobStreamName, ReceivedEntry, StreamShape } from './job-stream.js';
export type { LeaseGrant, Leases } from './leases.js';
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
export { validatePageLimit } from './page-limit.js';
export type { PublishOutcome, PublishStamp, StreamPublishing, StreamPublishState } from './publish-outcome.js';
export type { GameView, QueueOutcome, ReconcileQueue } from './reconcile-queue.js';
export type { Recovery } from './recovery.js';
export type { RuntimeManager } from './runtime-manager.js';
export {
  type RuntimePage,
  type RuntimePageQuery,
  type RuntimeRecordStore,
  type UpdateStatusInput,
  validateUpdateStatusInput,
} from './runtime-record-store.js';
export type { SettingKey, Settings } from './settings.js';
export type { StreamOffsetLabel, StreamOffsetStore } from './stream-offset-store.js';
