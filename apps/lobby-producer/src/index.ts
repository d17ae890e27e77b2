export { STOP_REASONS, type StopReason } from '@galaxy/domain';
export { DependencyFault, InvalidInputError, type JobOutcome, type JobResult, type RuntimeManager } from '@galaxy/ports';
export { createRuntimeManager, type LobbyRuntimeManager, type RuntimeManagerOptions } from './create-runtime-manager.js';
export { type JobResultEntry, type ReadJobResultsOptions, readJobResults } from './read-job-results.js';
export type { RedisServer } from './redis-server.js';
export { resolveImageRef } from './resolve-image-ref.js';
