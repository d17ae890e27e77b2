import type { Observer } from '@galaxy/ports';
import type { DecidedDrift } from './decide-acts.js';

/** What one look at everything found, and what is done about it. */
export interface ReconcileReport {
  readonly containers: number;
  readonly games: number;
  readonly drifts: readonly DecidedDrift[];
  /** Containers that bear a game's name and are not ours. */
  readonly foreign: readonly { readonly id: string; readonly name: string }[];
}

/** Tells the observer what is new: a drift when it appears, is acted on, or is kept back for another reason than before. */
export interface ReconcileReports {
  readonly pass: (report: ReconcileReport, ms: number) => void;
  readonly drifts: (drifts: readonly DecidedDrift[]) => void;
}

/** Makes the reports of one process. */
export function makeReconcileReports(observer: Observer): ReconcileReports {
  let told = new Map<string, string>();
  let foreignTold = new Set<string>();
  const drifts = (found: readonly DecidedDrift[]): void => {
    for (const { gameId, verdict, strays, reason, decision } of found)
      observer.observe({ kind: 'drift_found', gameId, verdict, strays: strays.length, reason, decision });
  };
  return {
    drifts,
    pass: (report, ms) => {
      drifts(report.drifts.filter((drift) => drift.decision === 'queued' || told.get(drift.gameId) !== whatOf(drift)));
      told = new Map(report.drifts.map((drift) => [drift.gameId, whatOf(drift)]));
      for (const { id, name } of report.foreign) if (!foreignTold.has(id)) observer.observe({ kind: 'foreign_container', id, name });
      foreignTold = new Set(report.foreign.map(({ id }) => id));
      const queued = report.drifts.filter(({ decision }) => decision === 'queued').length;
      observer.observe({ kind: 'reconciled', containers: report.containers, games: report.games, queued, ms });
    },
  };
}

const whatOf = ({ reason, verdict, decision }: DecidedDrift) => `${verdict} ${decision} ${reason}`;
