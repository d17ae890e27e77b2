import type { Injected } from './nemesis.js';
import type { Replica } from './replica.js';

/** What a run of faults came to. Times are in milliseconds. */
interface ChaosReport {
  readonly name: string;
  readonly seed: number;
  readonly jobs: number;
  readonly injected: readonly Injected[];
  /** Jobs without a result, results without a job, containers without a record. */
  readonly lost: number;
  readonly doubled: number;
  readonly orphans: number;
  /** How long after each fault all that was asked for before it ended was answered, the shortest first. */
  readonly recoveries: readonly number[];
  /** The game of the job that waited longest. */
  readonly slowest: string;
  /** How long the backlog lasted after the last fault; infinite when it did not end in time. */
  readonly backlogMs: number;
  /** How long containers and records took to agree after that. */
  readonly agreementMs: number;
  /** Attempts beyond the first of an operation, and acts of the reconciler. */
  readonly resumed: number;
  readonly reconciled: number;
}

/** What came of a run. */
export interface ChaosOutcome {
  readonly report: ChaosReport;
  /** Everything that is wrong, in words. */
  readonly violations: readonly string[];
}

function reportLine(report: ChaosReport): string {
  const { name, seed, jobs, injected, lost, doubled, orphans, recoveries, backlogMs, agreementMs, resumed, reconciled } = report;
  return [
    `seed ${seed}: ${name}: ${jobs} jobs, ${injected.length} injections`,
    `lost ${lost}, doubled ${doubled}, orphans ${orphans}`,
    `recovery max ${seconds(recoveries.at(-1))}, p99 ${seconds(percentile(recoveries, 0.99))}, p50 ${seconds(percentile(recoveries, 0.5))}`,
    `backlog gone ${seconds(backlogMs)} after the last injection, agreement ${seconds(agreementMs)} later`,
    `resumed ${resumed}, reconciled ${reconciled}`,
    `injections: ${kinds(injected)}`,
  ].join('; ');
}

function kinds(injected: readonly Injected[]): string {
  const counts = new Map<string, number>();
  for (const { kind } of injected) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, count]) => `${kind} ${count}`)
    .join(', ');
}

function percentile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

const seconds = (ms = 0): string => `${(ms / 1000).toFixed(1)} s`;

/** So long after the end of a fault, whoever reads the report wants to know why. */
const TELLING_MS = 30_000;

/** Writes what a run came to: its line, and of games that something is wrong with, or that waited for long, all that happened. */
export function tell({ report, violations }: ChaosOutcome, replicas: readonly Replica[]): void {
  console.log(reportLine(report));
  const isSlow = (report.recoveries.at(-1) ?? 0) > TELLING_MS;
  const about = [...violations, ...(isSlow ? [report.slowest] : [])].join(' ');
  if (about !== '') console.error(chronicle(report, about, replicas));
}

function chronicle({ injected }: ChaosReport, about: string, replicas: readonly Replica[]): string {
  const injections = injected.map(({ kind, victim, from, to }) => [from, `${kind} (${victim}) for ${to - from} ms`] as const);
  const lines = replicas.flatMap(({ processes }, replica) =>
    processes.flatMap(({ pid, log }) =>
      log
        .filter(({ game_id: game }) => typeof game === 'string' && about.includes(game))
        .map((line) => [Date.parse(String(line['time'])), `replica ${replica} (${pid}): ${JSON.stringify(line)}`] as const),
    ),
  );
  return [...injections, ...lines]
    .sort(([a], [b]) => a - b)
    .map(([at, what]) => `${new Date(at).toISOString()} ${what}`)
    .join('\n');
}
