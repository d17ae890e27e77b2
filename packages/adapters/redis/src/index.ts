export type { RedisRole } from './connection-options.js';
export { RedisJobStream, type RedisJobStreamOptions } from './inbound/job-stream.js';
export type { StreamEntry } from './inbound/stream-reply.js';
export { type TailStreamOptions, tailStream } from './inbound/tail-stream.js';
export { RedisDeadLetterPublisher } from './outbound/dead-letters.js';
export { RedisJobResultPublisher } from './outbound/job-results.js';
export { RedisRuntimeManager, type RedisRuntimeManagerOptions } from './outbound/runtime-manager.js';
export { RedisStreamOffsetStore } from './outbound/stream-offsets.js';
export { RedisConnection, type RedisConnectionOptions } from './redis-connection.js';
