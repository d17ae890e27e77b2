import { randomUUID } from 'node:crypto';
import { unexpectedReply } from '../connection/redis-faults.js';
import { PUBLISH_ONCE } from '../scripts/publish-once.js';
import { runScript } from '../scripts/script.js';
import type { UntilAnsweredOptions } from './until-answered.js';
import { untilAnswered } from './until-answered.js';

/** How long the server remembers a call: far longer than any call lasts, or a stalled server keeps one in its buffer. */
const REMEMBER_SECONDS = '600';

/**
 * Appends one entry per call and returns its id. A call whose reply was lost is sent again under the same id of the call,
 * `{stream}:sent:{uuid}`, which the server remembers for ten minutes. It dies with the process: after a crash nobody can send the
 * call again as the same one.
 * @throws DependencyFault, with what is known of all attempts together.
 */
export async function publishOnce(
  options: UntilAnsweredOptions,
  stream: string,
  payload: Readonly<Record<string, string>>,
): Promise<string> {
  const keys = [stream, `${stream}:sent:${randomUUID()}`];
  const args = [REMEMBER_SECONDS, ...Object.entries(payload).flat()];
  const reply = await untilAnswered(options, (client) => runScript(client, PUBLISH_ONCE, keys, args));
  if (typeof reply !== 'string') throw unexpectedReply('EVALSHA');
  return reply;
}
