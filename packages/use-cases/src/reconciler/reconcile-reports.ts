import type { Observer } from '@galaxy/manager-ports';
import type { DecidedDrift } from './decide-acts.js';

/** What one pass found, and what was decided about it. */
export interface ReconcileReport {
  readonly containers: number;
  readonly games: number;
  readonly drifts: readonly DecidedDrift[];
  /** Containers that have a game's container name and are not ours. */
  readonly foreign: readonly { readonly id: string; readonly name: string }[];
}

/** Reports what is new to the observer: a drift when it appears, when it is acted on, or when the reason not to act changes. */
export interface ReconcileReports {
  readonly pass: (report: ReconcileReport, ms: number) => void;
  /** After `lookAt`: every drift is reported. */
  readonly drifts: (drifts: readonly DecidedDrift[]) => void;
  /** After `askSilent`: the engines that answer again. */
  readonly asked: (drifts: readonly DecidedDrift[]) => void;
}

export function makeReconcileReports(observer: Observer): ReconcileReports {
  const [ofPasses, ofAsked] = [makeNews(), makeNews()];
  let foreignReported = new Set<string>();
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
      for (const { id, name } of report.foreign) if (!foreignReported.has(id)) observer.observe({ kind: 'foreign_container', id, name });
      foreignReported = new Set(report.foreign.map(({ id }) => id));
      const queued = report.drifts.filter(({ decision }) => decision === 'queued').length;
      observer.observe({ kind: 'reconciled', containers: report.containers, games: report.games, queued, ms });
    },
  };
}

// Keeps the drifts that the last call did not contain, or contained with another decision or reason. An act is always new.
function makeNews(): (drifts: readonly DecidedDrift[]) => readonly DecidedDrift[] {
  let reported = new Map<string, string>();
  return (drifts) => {
    const before = reported;
    reported = new Map(drifts.map((drift) => [drift.gameId, summaryOf(drift)]));
    return drifts.filter((drift) => drift.decision === 'queued' || before.get(drift.gameId) !== summaryOf(drift));
  };
}

const summaryOf = ({ reason, verdict, decision }: DecidedDrift) => `${verdict} ${decision} ${reason}`;
