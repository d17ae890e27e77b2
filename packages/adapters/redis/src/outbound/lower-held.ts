import type { HeldLane } from '@galaxy/manager-ports';
import type { RedisConnection } from '../connection/redis-connection.js';
import { unexpectedReply } from '../connection/redis-faults.js';
import { LOWER_NUMBERS } from '../scripts/lower-numbers.js';
import { runScript } from '../scripts/script.js';

const LANES_AT_ONCE = 500;

/** A portion of the lanes of a hash, with their last numbers. `next` is null after the last portion. */
export async function walkHeld(
  commands: RedisConnection,
  hash: string,
  from: string,
): Promise<{ readonly lanes: readonly HeldLane[]; readonly next: string | null }> {
  const [next, found] = await commands.run('read', (client) => client.hscan(hash, from, 'COUNT', LANES_AT_ONCE));
  const lanes = found.flatMap((lane, at) => (at % 2 === 0 ? [{ lane, number: BigInt(found[at + 1] ?? 0) }] : []));
  return { lanes, next: next === '0' ? null : next };
}

/** Lowers every last number of a hash to at most what `upTo` tells. Returns how many were lowered; repeating is safe. */
export async function lowerHeld(
  commands: RedisConnection,
  hash: string,
  upTo: (lanes: readonly string[]) => Promise<readonly bigint[]>,
): Promise<number> {
  let lowered = 0;
  let cursor: string | null = '0';
  while (cursor !== null) {
    const { lanes, next }: Awaited<ReturnType<typeof walkHeld>> = await walkHeld(commands, hash, cursor);
    cursor = next;
    const names = lanes.map(({ lane }) => lane);
    if (names.length > 0) lowered += await lower(commands, hash, names, await upTo(names));
  }
  return lowered;
}

async function lower(commands: RedisConnection, hash: string, lanes: readonly string[], numbers: readonly bigint[]): Promise<number> {
  const args = lanes.flatMap((lane, at) => [lane, String(numbers[at] ?? 0n)]);
  const reply = await commands.run('write', (client) => runScript(client, LOWER_NUMBERS, [hash], args));
  if (typeof reply !== 'number') throw unexpectedReply('EVALSHA');
  return reply;
}
