import type { StreamShape } from '@galaxy/manager-ports';
import { serverTooOld, unexpectedReply } from '../connection/redis-faults.js';

/**
 * Takes a reply of the script READ_STREAM_SHAPES about two streams apart; null for one that does not exist.
 * @throws DependencyFault when it is something else, and one that is not retryable when the server is older than Redis 7.
 */
export function streamShapes(reply: unknown): readonly [StreamShape | null, StreamShape | null] {
  if (!Array.isArray(reply) || reply.length !== 2) throw unexpectedReply('XINFO');
  return [streamShape(reply[0]), streamShape(reply[1])];
}

function streamShape(reply: unknown): StreamShape | null {
  if (reply === null) return null;
  const [firstId, lastHeldId, lastId, added, length] = texts(reply);
  if (added === '') throw serverTooOld('XINFO STREAM does not tell entries-added');
  const idOf = (text: string): string | null => (text === '' || text === '0-0' ? null : text);
  return { firstId: idOf(firstId), lastHeldId: idOf(lastHeldId), lastId: idOf(lastId), added: BigInt(added), length: BigInt(length) };
}

function texts(reply: unknown): readonly [string, string, string, string, string] {
  if (!Array.isArray(reply) || reply.length !== 5 || !reply.every((item) => typeof item === 'string')) throw unexpectedReply('XINFO');
  return reply as [string, string, string, string, string];
}

/**
 * Takes a reply of TIME apart, to milliseconds since 1970 (UTC).
 * @throws DependencyFault when it is something else.
 */
export function serverMs(reply: unknown): bigint {
  const [seconds, micros] = Array.isArray(reply) ? reply.map(String) : [];
  if (seconds === undefined || micros === undefined || !/^\d+ \d+$/.test(`${seconds} ${micros}`)) throw unexpectedReply('TIME');
  return BigInt(seconds) * 1000n + BigInt(micros) / 1000n;
}
