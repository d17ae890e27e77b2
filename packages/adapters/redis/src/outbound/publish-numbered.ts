import type { PublishOutcome } from '@galaxy/ports';
import { InvalidInputError } from '@galaxy/ports';
import type { RedisConnection } from '../redis-connection.js';
import { unexpectedReply } from '../redis-faults.js';
import { PUBLISH_NUMBERED, runScript } from '../scripts.js';

/** A message and its place in its lane. */
export interface NumberedMessage {
  readonly lane: string;
  readonly number: bigint;
  readonly payload: Readonly<Record<string, string>>;
}

/** The largest number that Lua compares exactly. */
const MAX_NUMBER = BigInt(Number.MAX_SAFE_INTEGER);

/** The hash beside a stream that holds the last number published per lane. */
function publishedKey(stream: string): string {
  return `${stream}:published`;
}

/**
 * Appends a message in one atomic call. Stream and hash change together, also in the append-only file and on replicas, so
 * whatever a crash or a failover takes back, it takes back from both.
 * @throws InvalidInputError when the number is not from 1 to 2^53 - 1.
 * @throws DependencyFault when the server does not answer or refuses.
 */
export async function publishNumbered(connection: RedisConnection, stream: string, message: NumberedMessage): Promise<PublishOutcome> {
  const { lane, number, payload } = message;
  if (number < 1n || number > MAX_NUMBER) throw new InvalidInputError('numbers are counted from 1 and end at 2^53 - 1');
  const args = [lane, String(number), ...Object.entries(payload).flat()];
  const reply = await connection.run('write', (client) => runScript(client, PUBLISH_NUMBERED, [stream, publishedKey(stream)], args));
  return outcomeOf(reply);
}

function outcomeOf(reply: unknown): PublishOutcome {
  const [kind, detail] = Array.isArray(reply) ? (reply as unknown[]) : [];
  if (kind === 'already_published') return { kind };
  if (kind === 'published' && typeof detail === 'string') return { kind, entryId: detail };
  if (kind === 'gap' && typeof detail === 'string') return { kind, held: BigInt(detail) };
  throw unexpectedReply('EVALSHA');
}
