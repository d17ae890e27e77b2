export { type JobStreamName, STOP_REASONS, type StopReason } from '@galaxy/domain';
export {
  DependencyFault,
  InvalidInputError,
  type JobOutcome,
  type JobResult,
  PUBLISH_ID_REMEMBERED_MS,
  type PublishedJob,
  PublishIdConflictError,
  type PublishOptions,
  type RuntimeManager,
  type WasPublished,
} from '@galaxy/ports';
export type { JobOutcome as NamedOutcome } from '@galaxy/wire';
export type { AwaitOutcomeOptions } from './await-outcome.js';
export { createRuntimeManager, type LobbyRuntimeManager, type RuntimeManagerOptions } from './create-runtime-manager.js';
export { OutcomeTimeoutError } from './outcome-timeout.js';
export type { UndecodableEntry } from './read-entries.js';
export { type JobOutcomeEntry, type ReadJobOutcomesOptions, readJobOutcomes } from './read-job-outcomes.js';
export { type JobResultEntry, type ReadJobResultsOptions, readJobResults } from './read-job-results.js';
export type { RedisServer } from './redis-server.js';
export { resolveImageRef } from './resolve-image-ref.js';
