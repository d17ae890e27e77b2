import type { Observer } from '@galaxy/manager-ports';
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
  /** Of an early look: everything is new. */
  readonly drifts: (drifts: readonly DecidedDrift[]) => void;
  /** Of engines that were silent and answer again. */
  readonly asked: (drifts: readonly DecidedDrift[]) => void;
}

/** Makes the reports of one process. */
export function makeReconcileReports(observer: Observer): ReconcileReports {
  const [ofPasses, ofAsked] = [makeNews(), makeNews()];
  let foreignTold = new Set<string>();
  const drifts = (found: readonly DecidedDrift[]): void => {
    for (const { gameId, verdict, orphans, reason, decision } of found)
      observer.observe({ kind: 'drift_found', gameId, verdict, orphans: orphans.length, reason, decision });
  };
  return {
    drifts,
    asked: (found) => {
      drifts(ofAsked(found));
    },
    pass: (report, ms) => {
      drifts(ofPasses(report.drifts));
      for (const { id, name } of report.foreign) if (!foreignTold.has(id)) observer.observe({ kind: 'foreign_container', id, name });
      foreignTold = new Set(report.foreign.map(({ id }) => id));
      const queued = report.drifts.filter(({ decision }) => decision === 'queued').length;
      observer.observe({ kind: 'reconciled', containers: report.containers, games: report.games, queued, ms });
    },
  };
}

// What the time before did not show, or showed otherwise; an act is news each time.
function makeNews(): (drifts: readonly DecidedDrift[]) => readonly DecidedDrift[] {
  let told = new Map<string, string>();
  return (drifts) => {
    const before = told;
    told = new Map(drifts.map((drift) => [drift.gameId, whatOf(drift)]));
    return drifts.filter((drift) => drift.decision === 'queued' || before.get(drift.gameId) !== whatOf(drift));
  };
}

const whatOf = ({ reason, verdict, decision }: DecidedDrift) => `${verdict} ${decision} ${reason}`;
