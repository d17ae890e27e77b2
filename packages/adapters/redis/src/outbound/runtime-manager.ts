import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StopReason } from '@galaxy/domain';
import type { FaultEffect, RuntimeManager } from '@galaxy/ports';
import { DependencyFault } from '@galaxy/ports';
import { newStartJob, newStopJob, STREAM_KEYS } from '@galaxy/wire';
import type { RedisConnection } from '../connection/redis-connection.js';
import { PUBLISH_ONCE } from '../scripts/publish-once.js';
import { runScript } from '../scripts/script.js';

/** What a {@link RedisRuntimeManager} is built from. */
export interface RedisRuntimeManagerOptions {
  /** A connection of role `commands`. */
  readonly commands: RedisConnection;
  readonly startJobsKey?: string;
  readonly stopJobsKey?: string;
  /** How long one call may go on trying, in milliseconds; default 5000. */
  readonly publishWithinMs?: number;
}

/** How long the server remembers a call: far longer than any call lasts, or a stalled server keeps one in its buffer. */
const REMEMBER_SECONDS = '600';
const RETRY_MS = 50;

/**
 * Publishes runtime jobs on Redis Streams. A call whose reply was lost is sent again under the same id,
 * `{stream}:sent:{uuid}`, which the server remembers for ten minutes: one call is one event.
 */
export class RedisRuntimeManager implements RuntimeManager {
  readonly #commands: RedisConnection;
  readonly #startJobsKey: string;
  readonly #stopJobsKey: string;
  readonly #publishWithinMs: number;

  constructor({ commands, startJobsKey, stopJobsKey, publishWithinMs }: RedisRuntimeManagerOptions) {
    this.#commands = commands;
    this.#startJobsKey = startJobsKey ?? STREAM_KEYS.startJobs;
    this.#stopJobsKey = stopJobsKey ?? STREAM_KEYS.stopJobs;
    this.#publishWithinMs = publishWithinMs ?? 5000;
  }

  async publishStartJob(gameId: string, imageRef: string): Promise<void> {
    await this.#publish(this.#startJobsKey, newStartJob(gameId, imageRef, BigInt(Date.now())));
  }

  async publishStopJob(gameId: string, reason: StopReason): Promise<void> {
    await this.#publish(this.#stopJobsKey, newStopJob(gameId, reason, BigInt(Date.now())));
  }

  async #publish(stream: string, payload: Readonly<Record<string, string>>): Promise<void> {
    const keys = [stream, `${stream}:sent:${randomUUID()}`];
    const args = [REMEMBER_SECONDS, ...Object.entries(payload).flat()];
    const end = performance.now() + this.#publishWithinMs;
    let effect: FaultEffect = 'not_done';
    for (;;) {
      try {
        await this.#commands.run('write', (client) => runScript(client, PUBLISH_ONCE, keys, args));
        return;
      } catch (error) {
        if (!(error instanceof DependencyFault)) throw error;
        if (error.effect === 'unknown') effect = 'unknown';
        if (!error.retryable || performance.now() + RETRY_MS >= end) throw withEffect(error, effect);
      }
      await sleep(RETRY_MS);
    }
  }
}

/** The last fault, with what is known of all attempts together. */
function withEffect(fault: DependencyFault, effect: FaultEffect): DependencyFault {
  const { message, retryable, dependency } = fault;
  return new DependencyFault({ message, retryable, dependency, effect, cause: fault });
}
