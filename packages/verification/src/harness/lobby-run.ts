import { setTimeout as sleep } from 'node:timers/promises';
import { engineImages, uniqueName } from '@galaxy/testing';
import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { type EntryFields, type JobEntry, type JobStreamName, jobEntries, KEYS, publish } from './streams.js';

/** What happens when an image is started; `silent`: its engine never becomes ready. */
type ImageFate = 'runs' | 'missing' | 'malformed' | 'fails' | 'silent';

/** What an entry asks for. `lane` is the game that gets the result; null when the entry names none. */
export type Meaning =
  | { readonly kind: 'start'; readonly lane: string; readonly image: string; readonly fate: ImageFate }
  | { readonly kind: 'stop'; readonly lane: string }
  | { readonly kind: 'poison'; readonly lane: string | null };

/** One entry to publish, and what it asks for. */
export interface PlannedJob {
  readonly stream: JobStreamName;
  readonly fields: EntryFields;
  readonly meaning: Meaning;
}

/** One entry as it was published, and what it asks for. */
export interface PublishedJob extends JobEntry {
  readonly meaning: Meaning;
}

const IMAGES: readonly (readonly [weight: number, image: string, fate: ImageFate])[] = [
  [52, engineImages.current, 'runs'],
  [16, engineImages.patch, 'runs'],
  [4, engineImages.slowReady, 'runs'],
  [4, engineImages.exitsEarly, 'fails'],
  [4, engineImages.badCommand, 'fails'],
  [5, 'localhost:1/galaxy/none:1.0.0', 'missing'],
  [3, 'galaxy/Demo Engine', 'malformed'],
];

/**
 * Mixed jobs for a number of games: starts of images that run, fail, are missing or malformed, stops with and without a start
 * before, entries that cannot be decoded, and duplicates of all these. The same seed gives the same jobs; only the names of the
 * games differ.
 */
export function planJobs(seed: number, { jobs, games }: { readonly jobs: number; readonly games: number }): readonly PlannedJob[] {
  const prefix = uniqueName('g');
  const game = fc.nat({ max: games - 1 }).map((n) => `${prefix}-${n}`);
  const times = fc.oneof({ weight: 85, arbitrary: fc.constant(1) }, { weight: 15, arbitrary: fc.constantFrom(2, 3) });
  const planned = fc.noBias(fc.tuple(fc.oneof(startOf(game), stopOf(game), poisonOf(game)), times));
  return fc
    .sample(planned, { numRuns: jobs, seed })
    .flatMap(([job, count]) => Array.from({ length: count }, () => job))
    .slice(0, jobs);
}

function startOf(game: fc.Arbitrary<string>) {
  const image = fc.oneof(...IMAGES.map(([weight, ref, fate]) => ({ weight, arbitrary: fc.constant({ ref, fate }) })));
  return { weight: 60, arbitrary: fc.tuple(game, image).map(([lane, what]) => plannedStart(lane, what)) };
}

function stopOf(game: fc.Arbitrary<string>) {
  const reason = fc.constantFrom('orphan_cleanup', 'cancelled', 'finished', 'admin_request', 'timeout');
  return { weight: 32, arbitrary: fc.tuple(game, reason).map(([lane, why]) => plannedStop(lane, why)) };
}

const NOT_UTF8 = Buffer.from([0xff, 0xfe]);

function poisonOf(game: fc.Arbitrary<string>) {
  const arbitrary = game.chain((lane) =>
    fc.constantFrom(
      plannedPoison(lane),
      planned('stop_jobs', Object.entries({ game_id: lane, reason: 'bored' }), { kind: 'poison', lane }),
      planned('start_jobs', [['image_ref', 'a:1']], { kind: 'poison', lane: null }),
      planned('stop_jobs', Object.entries({ game_id: NOT_UTF8, reason: 'timeout' }), { kind: 'poison', lane: null }),
    ),
  );
  return { weight: 8, arbitrary };
}

/** A start job of an image. */
export function plannedStart(lane: string, { ref, fate }: { readonly ref: string; readonly fate: ImageFate }): PlannedJob {
  const fields = [['game_id', lane] as const, ['image_ref', ref] as const, ['requested_at_ms', '1'] as const];
  return planned('start_jobs', fields, { kind: 'start', lane, image: ref, fate });
}

/** A stop job. Its game id has spaces around it, which the service must ignore. */
export function plannedStop(lane: string, reason: string): PlannedJob {
  return planned('stop_jobs', [['game_id', ` ${lane} `] as const, ['reason', reason] as const], { kind: 'stop', lane });
}

/** A start without an image: it cannot be decoded, but its game gets a result. */
export function plannedPoison(lane: string): PlannedJob {
  return planned('start_jobs', [['game_id', lane]], { kind: 'poison', lane });
}

const planned = (stream: JobStreamName, fields: EntryFields, meaning: Meaning): PlannedJob => ({ stream, fields, meaning });

/** How fast to publish: at most `ahead` jobs wait for their results, and all jobs together take at least `spreadMs`. */
export interface Pace {
  readonly ahead: number;
  readonly spreadMs?: number;
}

/**
 * Publishes the jobs at a pace. No two jobs of one game share a millisecond, because the contract does not say in which order a
 * start and a stop of the same millisecond are done when the service reads between them.
 */
export async function publishAll(redis: Redis, jobs: readonly PlannedJob[], { ahead, spreadMs = 0 }: Pace): Promise<void> {
  let answerable = 0;
  const chunks = chunksOfDistinctGames(jobs);
  for (const chunk of chunks) {
    while (answerable - (await redis.xlen(KEYS.results)) > ahead) await sleep(20);
    await Promise.all(chunk.map(({ stream, fields }) => publish(redis, stream, fields)));
    answerable += chunk.filter(({ meaning }) => meaning.lane !== null).length;
    await sleep(Math.max(3, spreadMs / chunks.length));
  }
}

function chunksOfDistinctGames(jobs: readonly PlannedJob[]): readonly (readonly PlannedJob[])[] {
  const chunks: PlannedJob[][] = [];
  let lanes = new Set<string | null>();
  for (const job of jobs) {
    const { lane } = job.meaning;
    const chunk = chunks.at(-1);
    if (chunk === undefined || lanes.has(lane)) {
      chunks.push([job]);
      lanes = new Set();
    } else chunk.push(job);
    if (lane !== null) lanes.add(lane);
  }
  return chunks;
}

/**
 * The entries that the streams hold, and those that they held `earlier`, in the order of the contract: by millisecond, starts before stops,
 * then by sequence.
 */
export async function publishedJobs(
  redis: Redis,
  plan: readonly PlannedJob[],
  earlier: readonly JobEntry[] = [],
): Promise<readonly PublishedJob[]> {
  // Entries with the same content ask for the same, so the content identifies the plan. A publish that was sent twice is two jobs.
  const meanings = new Map(plan.map(({ stream, fields, meaning }) => [contentOf(stream, fields), meaning]));
  const held = [...(await jobEntries(redis, 'start_jobs')), ...(await jobEntries(redis, 'stop_jobs'))];
  const entries = new Map([...earlier, ...held].map((entry) => [`${entry.stream} ${entry.entryId}`, entry]));
  return [...entries.values()].sort(byArrival).map((entry) => {
    const meaning = meanings.get(contentOf(entry.stream, entry.fields));
    if (meaning === undefined) throw new Error(`nobody planned ${entry.stream} ${entry.entryId}`);
    return { ...entry, meaning };
  });
}

const contentOf = (stream: JobStreamName, fields: EntryFields): string =>
  [stream, ...fields.flat().map((part) => (typeof part === 'string' ? Buffer.from(part) : part).toString('hex'))].join(' ');

/** Compares two entry ids of one stream. */
export function byEntryId(a: string, b: string): number {
  const [aMs = 0, aSeq = 0] = a.split('-').map(Number);
  const [bMs = 0, bSeq = 0] = b.split('-').map(Number);
  return aMs - bMs || aSeq - bSeq;
}

function byArrival(a: JobEntry, b: JobEntry): number {
  const [aMs] = a.entryId.split('-');
  const [bMs] = b.entryId.split('-');
  return aMs !== bMs || a.stream === b.stream ? byEntryId(a.entryId, b.entryId) : a.stream === 'start_jobs' ? -1 : 1;
}
