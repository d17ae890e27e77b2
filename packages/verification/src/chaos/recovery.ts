import { waitFor } from '@galaxy/testing';
import type { PublishedJob } from '../harness/lobby-run.js';
import type { World } from '../harness/service-world.js';
import { KEYS } from '../harness/streams.js';
import type { JobTimes } from './external-changes.js';
import type { Injected } from './nemesis.js';

/** The times of each game's jobs, in order. `answeredAt` is infinite for a job without a result. */
export async function timesOfGames(
  { redis }: Pick<World, 'redis'>,
  jobs: readonly PublishedJob[],
): Promise<ReadonlyMap<string, readonly JobTimes[]>> {
  const results = new Map<string, number[]>();
  for (const [id, fields] of await redis.xrange(KEYS.results, '-', '+')) {
    const lane = fields[fields.indexOf('game_id') + 1] ?? '';
    results.set(lane, [...(results.get(lane) ?? []), msOf(id)]);
  }
  const times = new Map<string, JobTimes[]>();
  for (const { entryId, meaning } of jobs) {
    if (meaning.lane === null) continue;
    const before = times.get(meaning.lane) ?? [];
    const answeredAt = results.get(meaning.lane)?.[before.length] ?? Number.POSITIVE_INFINITY;
    times.set(meaning.lane, [...before, { askedAt: msOf(entryId), answeredAt }]);
  }
  return times;
}

const msOf = (entryId: string): number => Number(entryId.split('-')[0]);

/**
 * For each injection: how many milliseconds after its end every job that was published before that end had its result. The
 * shortest comes first.
 */
export function recoveries(injected: readonly Injected[], times: ReadonlyMap<string, readonly JobTimes[]>): readonly number[] {
  const all = [...times.values()].flat();
  const after = injected.map(({ to }) =>
    Math.max(0, ...all.filter(({ askedAt }) => askedAt <= to).map(({ answeredAt }) => answeredAt - to)),
  );
  return after.sort((a, b) => a - b);
}

/** The game of the job that waited longest for its result. */
export function slowestGame(times: ReadonlyMap<string, readonly JobTimes[]>): string {
  const all = [...times].flatMap(([lane, jobs]) => jobs.map(({ askedAt, answeredAt }) => ({ lane, ms: answeredAt - askedAt })));
  return all.reduce((slowest, one) => (one.ms > slowest.ms ? one : slowest), { lane: '', ms: -1 }).lane;
}

/** Waits until every job is ingested and ended and every message is published. Returns how many milliseconds that took. */
export async function untilNoBacklog(world: World, jobs: readonly PublishedJob[], timeoutMs: number): Promise<number> {
  const startedAt = performance.now();
  const answerable = jobs.filter(({ meaning }) => meaning.lane !== null).length;
  const isEmpty = async (): Promise<boolean> => {
    if ((await world.redis.xlen(KEYS.results)) < answerable) return false;
    const [row] = await world.sql<{ left: number }[]>`
      select (select count(*) from runtime_operation_log where status in ('queued', 'running'))::int
           + (select count(*) from runtime_outbox where published_at is null)::int as left`;
    return row?.left === 0;
  };
  await waitFor('the end of the backlog', isEmpty, { timeoutMs, everyMs: 100 });
  return performance.now() - startedAt;
}
