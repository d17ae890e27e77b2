import type { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';

/** An argument of a script; bytes are passed as they are. */
export type ScriptArgument = string | Buffer;

/** A Lua script and the digest Redis caches it under. Redis runs nothing else while a script runs. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

/** A script of that text. */
export function script(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

/** Runs a script by its digest, and by its text when the server has not cached it: NOSCRIPT means that nothing was run. */
export async function runScript(
  client: Redis,
  { lua, sha }: Script,
  keys: readonly string[],
  args: readonly ScriptArgument[],
): Promise<unknown> {
  try {
    return await client.evalsha(sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return client.eval(lua, keys.length, ...keys, ...args);
  }
}
