import { setTimeout as sleep } from 'node:timers/promises';
import { violationsOf } from '../harness/check-run.js';
import { type Pace, type PlannedJob, type PublishedJob, planJobs, publishAll, publishedJobs } from '../harness/lobby-run.js';
import { neverRan } from '../harness/mixed-run.js';
import { containersOf, type World } from '../harness/service-world.js';
import { KEYS, written } from '../harness/streams.js';
import type { ExternalChangeNotes, JobTimes } from './external-changes.js';
import type { Injection } from './injection.js';
import { type Injected, injectAll, lengthOf, planInjections } from './nemesis.js';
import { recoveries, slowestGame, timesOfGames, untilNoBacklog } from './recovery.js';
import type { Replica } from './replica.js';
import type { ChaosOutcome } from './report.js';

/** How to run jobs under injections. */
export interface ChaosRun extends Pick<Pace, 'ahead'> {
  readonly name: string;
  readonly seed: number;
  readonly world: World;
  readonly replicas: readonly Replica[];
  readonly jobs: number;
  readonly games: number;
  /** The kinds of injections, for games with these ids. */
  readonly injections: (lanes: readonly string[]) => readonly Injection[];
  readonly injectionCount: number;
  readonly atOnce: number;
  readonly maxPauseMs: number;
  readonly notes: ExternalChangeNotes;
  /** What else is wrong, asked once all work is done. */
  readonly complaints: () => readonly string[] | Promise<readonly string[]>;
  /** Every container that ever ran, asked once all work is done. */
  readonly ran: () => ReadonlySet<string>;
}

/** With these variables the service looks for drifts every two seconds. */
export const EAGER = { RTMANAGER_RECONCILE_INTERVAL: '2s', RTMANAGER_RECONCILE_GRACE: '1s' } as const;

/** From the end of the last injection to the end of the backlog. */
const BACKLOG_MS = 30_000;
/** Two intervals of the reconciler, its grace, and the time that its acts take. */
const AGREEMENT_MS = 2 * 2000 + 1000 + 3000;
/** Longer than a claim or a lease lives. A process that only seemed dead would do something within this time. */
const AFTERMATH_MS = 6000;

/** Publishes jobs under injections, waits until all work is done, which must be within the promised times, and checks everything. */
export async function runChaos(run: ChaosRun): Promise<ChaosOutcome> {
  const { world, seed } = run;
  const plan = planJobs(seed, run);
  const lanes = [...new Set(plan.flatMap(({ meaning }) => meaning.lane ?? []))];
  const injections = planInjections(run.injections(lanes), { ...run, count: run.injectionCount });
  const [injected] = await Promise.all([
    injectAll(injections, run),
    publishAll(world.redis, plan, { ahead: run.ahead, spreadMs: lengthOf(injections, run) }),
  ]);
  return afterwards(run, plan, injected);
}

async function afterwards(run: ChaosRun, plan: readonly PlannedJob[], injected: readonly Injected[]): Promise<ChaosOutcome> {
  const { world } = run;
  const jobs = await publishedJobs(world.redis, plan);
  const overdue: string[] = [];
  const backlogMs = await untilNoBacklog(world, jobs, BACKLOG_MS).catch((error: unknown) => {
    overdue.push(String(error));
    return Number.POSITIVE_INFINITY;
  });
  const { violations, agreementMs } = await untilAgreement(run, jobs);
  if (violations.length === 0) await sleep(AFTERMATH_MS);
  const late = violations.length === 0 ? (await violationsNow(run, jobs)).map((violation) => `a while later: ${violation}`) : [];
  const times = await timesOfGames(world, jobs);
  const counts = await countsOf(run, times);
  const complaints = await run.complaints();
  const unreal = neverRan(await written(world.redis, KEYS.results), run.ran()).map((id) => `${id} never ran, and a success names it`);
  return {
    report: {
      name: run.name,
      seed: run.seed,
      jobs: jobs.length,
      injected,
      ...counts,
      recoveries: recoveries(injected, times),
      slowest: slowestGame(times),
      backlogMs,
      agreementMs,
    },
    violations: [...overdue, ...violations, ...late, ...world.problems(), ...complaints, ...unreal],
  };
}

async function untilAgreement(run: ChaosRun, jobs: readonly PublishedJob[]) {
  const startedAt = performance.now();
  for (;;) {
    const violations = await violationsNow(run, jobs);
    const agreementMs = performance.now() - startedAt;
    if (violations.length === 0 || agreementMs > AGREEMENT_MS) return { violations, agreementMs };
    await sleep(100);
  }
}

async function violationsNow({ world, notes, replicas }: ChaosRun, jobs: readonly PublishedJob[]): Promise<readonly string[]> {
  const times = await timesOfGames(world, jobs);
  const changesUntil = (lane: string) => notes.of(lane, times.get(lane) ?? []);
  const found = await violationsOf({ world, jobs, changesUntil });
  return [...found, ...(await Promise.all(replicas.map(unready))).flat()];
}

async function unready({ process }: Replica): Promise<readonly string[]> {
  const response = await fetch(`${process.url}/readyz`, { signal: AbortSignal.timeout(60_000) });
  const answer = await response.text();
  const { holds } = JSON.parse(answer) as { readonly holds: object };
  return response.status === 200 && Object.keys(holds).length === 0 ? [] : [`/readyz of ${process.pid} answers ${answer}`];
}

async function countsOf({ world }: ChaosRun, times: ReadonlyMap<string, readonly JobTimes[]>) {
  const results = await world.redis.xlen(KEYS.results);
  const all = [...times.values()].flat();
  const lost = all.filter(({ answeredAt }) => answeredAt === Number.POSITIVE_INFINITY).length;
  const known = await world.sql<
    { id: string }[]
  >`select current_container_id as id from runtime_records where current_container_id is not null`;
  const orphans = (await containersOf(world.docker, world.instance)).filter(({ Id }) => !known.some(({ id }) => id === Id)).length;
  const [row] = await world.sql<{ resumed: number; reconciled: number }[]>`
    select coalesce(sum(attempt - 1), 0)::int as resumed, (count(*) filter (where source = 'reconciler'))::int as reconciled
    from runtime_operation_log where attempt > 0`;
  return { lost, doubled: results - (all.length - lost), orphans, resumed: row?.resumed ?? 0, reconciled: row?.reconciled ?? 0 };
}
