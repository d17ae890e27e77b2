export { isImageAllowed } from './images/image-allowlist.js';
export { type ImageReference, type ImageReferenceCheck, imageName, parseImageReference } from './images/image-reference.js';
export { containerName, engineEndpoint, gameIdOf, hostName } from './names/container-name.js';
export { GAME_ID_PATTERN, isGameId } from './names/game-id.js';
export {
  decideReconcile,
  isDestructive,
  massChangeLimit,
  type ObservedState,
  RECONCILE_VERDICTS,
  type ReconcileVerdict,
} from './operations/decide-reconcile.js';
export { decideStart, type StartDecision } from './operations/decide-start.js';
export { decideStop, type StopDecision } from './operations/decide-stop.js';
export { ERROR_CODES, type ErrorCode, type Failure, type FailureCode } from './operations/error-code.js';
export { errorMessage, withoutLogins } from './operations/error-message.js';
export {
  OPERATION_SOURCES,
  OPERATION_STATUSES,
  OPERATIONS,
  type Operation,
  type OperationSource,
  type OperationStatus,
} from './operations/operation.js';
export {
  OPERATION_CLASSES,
  OPERATION_TRAITS,
  type OperationClass,
  type OperationTraits,
  operationTraits,
  type StartStep,
  yieldsTo,
} from './operations/operation-traits.js';
export {
  type InvalidJob,
  jobOperation,
  jobReason,
  jobRequestedAtMs,
  type ReconcileJob,
  type RuntimeJob,
  type StartJob,
  type StopJob,
  type StreamJob,
} from './operations/runtime-job.js';
export { parseStopReason, STOP_REASONS, type StopReason, type StopReasonCheck } from './operations/stop-reason.js';
export { hasPatch, patchedRecord, type RecordPatch, recordPatch } from './records/record-patch.js';
export { RUNTIME_HEALTHS, type RuntimeHealth } from './records/runtime-health.js';
export {
  adoptedRecord,
  type KnownContainer,
  moveRecord,
  newRuntimeRecord,
  type PreviousRuntime,
  previousRuntime,
  type RuntimeRecord,
  recordAnswering,
  recordFailing,
  recordRunning,
  recordStarting,
  recordUnreachable,
  restorePrevious,
} from './records/runtime-record.js';
export {
  canTransition,
  InvalidTransitionError,
  isRuntimeStatus,
  RUNTIME_STATUS_MEANINGS,
  RUNTIME_STATUSES,
  RUNTIME_TRANSITIONS,
  type RuntimeStatus,
  transition,
} from './records/runtime-status.js';
export type { DeadLetter } from './streams/dead-letter.js';
export { compareEntryIds, type EntryId, isIdAfter, parseEntryId, STREAM_START } from './streams/entry-id.js';
export { type DoneSoFar, judgeRestored } from './streams/judge-restored.js';
export { judgeStream, NEVER_READ, type SeenStream, type StreamVerdict } from './streams/judge-stream.js';
export { type Arrival, type JobStreamName, mergeJobs, type StreamReads } from './streams/merge-jobs.js';
export type { StreamPlace } from './streams/stream-place.js';
