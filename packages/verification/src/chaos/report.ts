import type { Injected } from './nemesis.js';
import type { Replica } from './replica.js';

/** The figures of a run. Times are in milliseconds. */
interface ChaosReport {
  readonly name: string;
  readonly seed: number;
  readonly jobs: number;
  readonly injected: readonly Injected[];
  /** Jobs without a result. */
  readonly lost: number;
  /** Results without a job. */
  readonly doubled: number;
  /** Containers without a record. */
  readonly orphans: number;
  /** See `recoveries` in recovery.ts. */
  readonly recoveries: readonly number[];
  /** The game of the job that waited longest. */
  readonly slowest: string;
  /** How long the backlog lasted after the last injection; infinite when it did not end in time. */
  readonly backlogMs: number;
  /** How long records and containers took to agree after that. */
  readonly agreementMs: number;
  /** Attempts beyond the first of an operation, and acts of the reconciler. */
  readonly resumed: number;
  readonly reconciled: number;
}

/** The outcome of a run. */
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

/** After a longer recovery, the report says why. */
const TELLING_MS = 30_000;

/** Writes one line about a run. For games with a violation, or with a job that waited long, writes everything that happened. */
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
