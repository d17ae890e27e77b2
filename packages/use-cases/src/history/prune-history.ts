import type { Clock, History, LeaseGrant, Observer } from '@galaxy/manager-ports';
import type { DutyTurn } from '../leadership/coordinator-duty.js';

export interface PruneHistoryDeps {
  readonly history: History;
  readonly clock: Clock;
  readonly observer: Observer;
  /** How long ended operations and removed records are kept, in milliseconds. */
  readonly keepMs: number;
  /** At most this many rows are looked at per statement; default 1000. */
  readonly batch?: number;
}

const EVERY_MS = 600_000;
/** Other statements get the database between two portions. */
const PAUSE_MS = 50;

/**
 * Makes the turn of the coordinator that deletes old operations and then old records, in small portions, until nothing old is left.
 * A crash leaves the rest to the next turn. The turn throws DependencyFault when the store does not answer.
 */
export function makePruneHistory({ history, clock, observer, keepMs, batch = 1000 }: PruneHistoryDeps): DutyTurn {
  const limits = { keepMs, limit: batch };
  const all = async (prune: 'pruneOperations' | 'pruneRecords', lease: LeaseGrant, signal: AbortSignal): Promise<number> => {
    let deleted = 0;
    while (!signal.aborted) {
      const outcome = await history[prune](lease, limits);
      if (outcome.kind === 'lost') break;
      deleted += outcome.deleted;
      if (outcome.looked < batch) break;
      await clock.sleep(PAUSE_MS, signal);
    }
    return deleted;
  };
  return async (lease, signal) => {
    const operations = await all('pruneOperations', lease, signal);
    const records = await all('pruneRecords', lease, signal);
    if (operations + records > 0) observer.observe({ kind: 'history_pruned', operations, records });
    await clock.sleep(EVERY_MS, signal);
  };
}
