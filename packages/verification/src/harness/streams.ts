import { waitFor } from '@galaxy/testing';
import type { Redis } from 'ioredis';

/** The keys of the contract. */
export const KEYS = {
  start_jobs: 'runtime:start_jobs',
  stop_jobs: 'runtime:stop_jobs',
  results: 'runtime:job_results',
  outcomes: 'runtime:job_outcomes',
  deadLetters: 'runtime:dead_letters',
} as const;

/** One of the two job streams. */
export type JobStreamName = 'start_jobs' | 'stop_jobs';

/** Field names and values of an entry, in order. */
export type EntryFields = readonly (readonly [name: string | Buffer, value: string | Buffer])[];

/** An entry of a job stream as Redis holds it. */
export interface JobEntry {
  readonly stream: JobStreamName;
  readonly entryId: string;
  readonly fields: readonly (readonly [Buffer, Buffer])[];
}

/** The fields of an entry the service wrote. */
export type Written = Readonly<Record<string, string>>;

/** A part of World. */
interface Publishers {
  readonly redis: Redis;
  readonly gone: () => string | undefined;
}

/** Appends one entry and returns its id. */
export async function publish(redis: Redis, stream: JobStreamName, fields: EntryFields, entryId = '*'): Promise<string> {
  return (await redis.xadd(KEYS[stream], entryId, ...fields.flat())) ?? '';
}

/** Appends a start job as Lobby writes it. */
export function publishStart(redis: Redis, gameId: string, imageRef: string): Promise<string> {
  return publish(redis, 'start_jobs', [
    ['game_id', gameId],
    ['image_ref', imageRef],
    ['requested_at_ms', '1700000000000'],
  ]);
}

/** Appends a stop job as Lobby writes it. */
export function publishStop(redis: Redis, gameId: string, reason = 'cancelled'): Promise<string> {
  return publish(redis, 'stop_jobs', [
    ['game_id', gameId],
    ['reason', reason],
    ['requested_at_ms', '1700000000000'],
  ]);
}

/** Every entry of a stream that the service writes, in order. Throws when an entry has a field twice. */
export async function written(redis: Redis, key: string): Promise<readonly Written[]> {
  const entries = await redis.xrange(key, '-', '+');
  return entries.map(([id, flat]) => {
    const pairs = inPairs(flat);
    if (new Set(pairs.map(([name]) => name)).size !== pairs.length) throw new Error(`${key} ${id} has a field twice`);
    return Object.fromEntries(pairs);
  });
}

/** Every entry of a job stream, in order. */
export async function jobEntries(redis: Redis, stream: JobStreamName): Promise<readonly JobEntry[]> {
  const entries = await redis.xrangeBuffer(KEYS[stream], '-', '+');
  return entries.map(([id, flat]) => ({ stream, entryId: id.toString(), fields: inPairs(flat) }));
}

/** The results of one game so far, in order. */
export async function resultsOf(redis: Redis, gameId: string): Promise<readonly Written[]> {
  return (await written(redis, KEYS.results)).filter((result) => result['game_id'] === gameId);
}

/** Waits until a game has `count` results and returns them. Rejects when no process is left that could publish them. */
export async function untilResults({ redis, gone }: Publishers, gameId: string, count: number): Promise<readonly Written[]> {
  const probe = async () => {
    const results = await resultsOf(redis, gameId);
    return results.length >= count ? results : null;
  };
  return waitFor(`${count} results of ${gameId}`, probe, { everyMs: 50, hopeless: gone });
}

function inPairs<T>(flat: readonly T[]): readonly (readonly [T, T])[] {
  return flat.flatMap((name, at) => {
    const value = flat[at + 1];
    return at % 2 === 0 && value !== undefined ? [[name, value] as const] : [];
  });
}
