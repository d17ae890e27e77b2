export type { Clock } from './clock.js';
export type {
  ContainerEngine,
  CreateOutcome,
  ImageOutcome,
  Incarnation,
  IncarnationOwner,
  IncarnationSpec,
  IncarnationState,
  PrepareOutcome,
  PullFailureReason,
  RemoveOutcome,
  Sighting,
  StartOutcome,
  StopOutcome,
} from './container-engine.js';
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
export type { Ids } from './ids.js';
export {
  JOB_OUTCOMES,
  type JobOutcome,
  type JobResult,
  type JobResultPublisher,
  type NumberedJobResult,
  type PublishOutcome,
  validateJobResult,
} from './job-result-publisher.js';
export type { JobCursors, JobReads, JobStream, JobStreamName, ReceivedEntry } from './job-stream.js';
export type { LeaseGrant, Leases } from './leases.js';
export type { ObservedOperation, Observer, RuntimeEvent } from './observer.js';
export type {
  Claim,
  ClaimKey,
  ClaimRequest,
  ClaimState,
  DeadLetterToSend,
  FencedOutcome,
  FinishOutcome,
  HandBack,
  Intake,
  IntakeOutcome,
  JobToQueue,
  OperationJournal,
  OperationProgress,
  RecordChange,
  Settlement,
} from './operation-journal.js';
export type { OperationLog, OperationLogEntry } from './operation-log.js';
export { type Outbox, type OutboxBacklog, type OutboxEntry, type OutboxLane, outboxLane } from './outbox.js';
export { validatePageLimit } from './page-limit.js';
export type { RuntimeManager } from './runtime-manager.js';
export {
  type RuntimePage,
  type RuntimePageQuery,
  type RuntimeRecordStore,
  type UpdateStatusInput,
  validateUpdateStatusInput,
} from './runtime-record-store.js';
export type { StreamOffsetLabel, StreamOffsetStore } from './stream-offset-store.js';
