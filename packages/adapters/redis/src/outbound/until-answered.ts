import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultEffect } from '@galaxy/ports';
import { DependencyFault } from '@galaxy/ports';
import type { Redis } from 'ioredis';
import type { RedisConnection } from '../connection/redis-connection.js';

/** Where a call goes, and for how long it is repeated. */
export interface UntilAnsweredOptions {
  /** A connection of role `commands`. */
  readonly commands: RedisConnection;
  /** How long one call may go on trying, in milliseconds; default 5000. */
  readonly publishWithinMs?: number | undefined;
}

const RETRY_MS = 50;

/**
 * Sends a write that may be repeated until the server answers it.
 * @throws DependencyFault, with what is known of all attempts together.
 */
export async function untilAnswered(
  { commands, publishWithinMs = 5000 }: UntilAnsweredOptions,
  command: (client: Redis) => Promise<unknown>,
): Promise<unknown> {
  const end = performance.now() + publishWithinMs;
  let effect: FaultEffect = 'not_done';
  for (;;) {
    try {
      return await commands.run('write', command);
    } catch (error) {
      if (!(error instanceof DependencyFault)) throw error;
      if (error.effect === 'unknown') effect = 'unknown';
      if (!error.retryable || performance.now() + RETRY_MS >= end) throw withEffect(error, effect);
    }
    await sleep(RETRY_MS);
  }
}

/** The last fault, with what is known of all attempts together. */
function withEffect(fault: DependencyFault, effect: FaultEffect): DependencyFault {
  const { message, retryable, dependency } = fault;
  return new DependencyFault({ message, retryable, dependency, effect, cause: fault });
}
