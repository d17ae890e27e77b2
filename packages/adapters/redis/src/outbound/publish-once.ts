import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultEffect } from '@galaxy/ports';
import { DependencyFault } from '@galaxy/ports';
import type { RedisConnection } from '../connection/redis-connection.js';
import { PUBLISH_ONCE } from '../scripts/publish-once.js';
import { runScript } from '../scripts/script.js';

/** How a publisher sends what it is given. */
export interface PublishOnceOptions {
  /** A connection of role `commands`. */
  readonly commands: RedisConnection;
  /** How long one call may go on trying, in milliseconds; default 5000. */
  readonly publishWithinMs?: number | undefined;
}

/** How long the server remembers a call: far longer than any call lasts, or a stalled server keeps one in its buffer. */
const REMEMBER_SECONDS = '600';
const RETRY_MS = 50;

/**
 * Appends one entry per call. A call whose reply was lost is sent again under the same id, `{stream}:sent:{uuid}`, which the server
 * remembers for ten minutes. The id dies with the process: after a crash nobody can send the call again as the same one.
 * @throws DependencyFault, with what is known of all attempts together.
 */
export async function publishOnce(
  { commands, publishWithinMs = 5000 }: PublishOnceOptions,
  stream: string,
  payload: Readonly<Record<string, string>>,
): Promise<void> {
  const keys = [stream, `${stream}:sent:${randomUUID()}`];
  const args = [REMEMBER_SECONDS, ...Object.entries(payload).flat()];
  const end = performance.now() + publishWithinMs;
  let effect: FaultEffect = 'not_done';
  for (;;) {
    try {
      await commands.run('write', (client) => runScript(client, PUBLISH_ONCE, keys, args));
      return;
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
