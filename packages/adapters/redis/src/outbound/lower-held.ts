import type { RedisConnection } from '../connection/redis-connection.js';
import { unexpectedReply } from '../connection/redis-faults.js';
import { LOWER_NUMBERS } from '../scripts/lower-numbers.js';
import { runScript } from '../scripts/script.js';

const LANES_AT_ONCE = 500;

/** Lowers every last number of a hash to at most what `upTo` tells. Returns how many were lowered; repeating is safe. */
export async function lowerHeld(
  commands: RedisConnection,
  hash: string,
  upTo: (lanes: readonly string[]) => Promise<readonly bigint[]>,
): Promise<number> {
  let lowered = 0;
  let cursor = '0';
  do {
    const [next, found] = await commands.run('read', (client) => client.hscan(hash, cursor, 'COUNT', LANES_AT_ONCE));
    cursor = next;
    const lanes = found.filter((_, at) => at % 2 === 0);
    if (lanes.length > 0) lowered += await lower(commands, hash, lanes, await upTo(lanes));
  } while (cursor !== '0');
  return lowered;
}

async function lower(commands: RedisConnection, hash: string, lanes: readonly string[], numbers: readonly bigint[]): Promise<number> {
  const args = lanes.flatMap((lane, at) => [lane, String(numbers[at] ?? 0n)]);
  const reply = await commands.run('write', (client) => runScript(client, LOWER_NUMBERS, [hash], args));
  if (typeof reply !== 'number') throw unexpectedReply('EVALSHA');
  return reply;
}
