export { containerName, engineEndpoint, gameIdOf, hostName } from './container-name.js';
export type { DeadLetter } from './dead-letter.js';
export {
  decideReconcile,
  isDestructive,
  massChangeLimit,
  type ObservedState,
  RECONCILE_VERDICTS,
  type ReconcileVerdict,
} from './decide-reconcile.js';
export { decideStart, type StartDecision } from './decide-start.js';
export { decideStop, type StopDecision } from './decide-stop.js';
export { compareEntryIds, type EntryId, isIdAfter, parseEntryId, STREAM_START } from './entry-id.js';
export { ERROR_CODES, type ErrorCode, type Failure, type FailureCode } from './error-code.js';
export { errorMessage, withoutLogins } from './error-message.js';
export { GAME_ID_PATTERN, isGameId } from './game-id.js';
export { isImageAllowed } from './image-allowlist.js';
export { type ImageReference, type ImageReferenceCheck, imageName, parseImageReference } from './image-reference.js';
export { type DoneSoFar, judgeRestored } from './judge-restored.js';
export { judgeStream, NEVER_READ, type SeenStream, type StreamVerdict } from './judge-stream.js';
export { type Arrival, type JobStreamName, mergeJobs, type StreamReads } from './merge-jobs.js';
export {
  OPERATION_SOURCES,
  OPERATION_STATUSES,
  OPERATION_STEPS,
  OPERATIONS,
  type Operation,
  type OperationSource,
  type OperationStatus,
  type OperationStep,
} from './operation.js';
export {
  type InvalidJob,
  jobOperation,
  type ReconcileJob,
  type RuntimeJob,
  type StartJob,
  type StopJob,
  type StreamJob,
} from './runtime-job.js';
export {
  adoptedRecord,
  moveRecord,
  newRuntimeRecord,
  type PreviousRuntime,
  previousRuntime,
  type RuntimeRecord,
  recordAnswering,
  recordRunning,
  recordStarting,
  recordUnreachable,
  restorePrevious,
} from './runtime-record.js';
export {
  canTransition,
  InvalidTransitionError,
  isRuntimeStatus,
  RUNTIME_STATUS_MEANINGS,
  RUNTIME_STATUSES,
  RUNTIME_TRANSITIONS,
  type RuntimeStatus,
  transition,
} from './runtime-status.js';
export { parseStopReason, STOP_REASONS, type StopReason, type StopReasonCheck } from './stop-reason.js';
export type { StreamPlace } from './stream-place.js';
