import {
  MemoryDeadLetterPublisher,
  MemoryJobOutcomePublisher,
  MemoryJobStream,
  MemoryNumberedResultPublisher,
  MemoryRuntimeManager,
  MemoryStreamOffsetStore,
  MemoryStreams,
  readMemoryJobResults,
} from '@galaxy/adapter-memory';
import {
  RedisConnection,
  RedisDeadLetterPublisher,
  RedisJobOutcomePublisher,
  RedisJobStream,
  RedisNumberedResultPublisher,
  RedisStreamOffsetStore,
} from '@galaxy/adapter-redis';
import { STREAM_START } from '@galaxy/domain';
import type { JobStream, OutboxPublishers } from '@galaxy/manager-ports';
import type { JobResult, RuntimeManager, StreamOffsetStore } from '@galaxy/ports';
import type { Config } from '../config/schema.js';
import type { Part } from './part.js';

/** The ports on the streams. */
export interface Streams extends OutboxPublishers {
  readonly stream: JobStream;
  readonly offsets: StreamOffsetStore;
}

/** The Lobby's side of the streams: it publishes jobs, and reads results in their order. */
export interface LobbySide {
  readonly runtimeManager: RuntimeManager;
  readonly results: AsyncIterator<{ readonly result: JobResult }>;
}

/** A Redis server. `reader` has its own connection, because a read that waits blocks its connection. */
export function redisServer(url: string, config: Config): Part<Streams> {
  const commands = new RedisConnection({ server: url, role: 'commands' });
  const reader = new RedisConnection({ server: url, role: 'reader' });
  const streams: Streams = {
    stream: new RedisJobStream({
      reader,
      commands,
      startJobsKey: config.RTMANAGER_START_JOBS_STREAM,
      stopJobsKey: config.RTMANAGER_STOP_JOBS_STREAM,
    }),
    offsets: new RedisStreamOffsetStore({ commands }),
    results: new RedisNumberedResultPublisher({ commands, jobResultsKey: config.RTMANAGER_JOB_RESULTS_STREAM }),
    deadLetters: new RedisDeadLetterPublisher({ commands, deadLettersKey: config.RTMANAGER_DEAD_LETTERS_STREAM }),
    ...(config.RTMANAGER_JOB_OUTCOMES === 'on' && {
      outcomes: new RedisJobOutcomePublisher({ commands, jobOutcomesKey: config.RTMANAGER_JOB_OUTCOMES_STREAM }),
    }),
  };
  return {
    probe: { name: 'redis', check: () => commands.ping() },
    open: () => Promise.resolve(streams),
    close: () => {
      commands.close();
      reader.close();
      return Promise.resolve();
    },
  };
}

/** Streams in memory, and the Lobby's side of them. They are lost when the process ends. */
export function embeddedStreams(config: Config): Part<Streams> & { readonly lobby: (signal: AbortSignal) => LobbySide } {
  const memory = new MemoryStreams();
  const streams: Streams = {
    stream: new MemoryJobStream(memory),
    offsets: new MemoryStreamOffsetStore(memory),
    results: new MemoryNumberedResultPublisher(memory),
    deadLetters: new MemoryDeadLetterPublisher(memory),
    ...(config.RTMANAGER_JOB_OUTCOMES === 'on' && { outcomes: new MemoryJobOutcomePublisher(memory) }),
  };
  return {
    probe: { name: 'redis', check: () => Promise.resolve() },
    open: () => Promise.resolve(streams),
    close: () => Promise.resolve(),
    lobby: (signal) => ({
      runtimeManager: new MemoryRuntimeManager(memory),
      results: readMemoryJobResults(memory, { after: STREAM_START, signal }),
    }),
  };
}
