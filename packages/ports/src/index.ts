// What the signatures below mention, so that one import is enough.
export {
  InvalidTransitionError,
  type JobStreamName,
  moveRecord,
  RUNTIME_HEALTHS,
  RUNTIME_STATUSES,
  type RuntimeHealth,
  type RuntimeRecord,
  type RuntimeStatus,
  STOP_REASONS,
  type StopReason,
} from '@galaxy/domain';
export {
  type Dependency,
  DependencyFault,
  type DependencyName,
  type FaultEffect,
  type FaultInput,
  InvalidInputError,
  PublishIdConflictError,
  RuntimeConflictError,
  RuntimeFault,
  RuntimeNotFoundError,
} from './faults.js';
export {
  JOB_OUTCOMES,
  type JobOutcome,
  type JobResult,
  type JobResultPublisher,
  validateJobResult,
} from './job-result-publisher.js';
export { validatePageLimit } from './page-limit.js';
export {
  mayBeForgotten,
  PUBLISH_ID_REMEMBERED_MS,
  type PublishedJob,
  type PublishOptions,
  validatePublishId,
  type WasPublished,
} from './publish-id.js';
export type { RuntimeManager } from './runtime-manager.js';
export {
  type RuntimePage,
  type RuntimePageQuery,
  type RuntimeRecordStore,
  type UpdateStatusInput,
  validateUpdateStatusInput,
} from './runtime-record-store.js';
export type { StreamOffsetLabel, StreamOffsetStore } from './stream-offset-store.js';
export { validateRuntimeRecord } from './validate-runtime-record.js';
