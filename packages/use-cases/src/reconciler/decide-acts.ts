import type { SeenDrift } from './drift-history.js';
import type { Drift } from './find-drift.js';
import { endsSomething } from './find-drift.js';
import type { KeptBack } from './guard-mass-change.js';

/** The decision about a drift: `queued`, or why there is no act (yet). */
type DriftDecision = 'queued' | 'seen_once' | 'too_young' | 'over_budget' | 'held' | 'dry_run';

/** A drift with the decision about it. */
export interface DecidedDrift extends Drift {
  readonly decision: DriftDecision;
}

/** The limits for the acts of one pass. */
export interface ActLimits {
  readonly nowMs: number;
  /** A drift is acted on destructively only after it has been there for this long. */
  readonly graceMs: number;
  /** At most this many destructive acts. */
  readonly maxActs: number;
  readonly held: KeptBack;
}

/** The grace doubles with every act that did not help, at most this often. */
const MAX_DOUBLINGS = 6;

/**
 * Decides which drifts are acted on. A harmless act is queued at once. A destructive act (see `endsSomething`) is queued only when
 * its drift was seen at least twice, for at least the grace, and within the budget; the oldest drifts come first.
 */
export function decideActs(drifts: readonly Drift[], seenDriftOf: (drift: Drift) => SeenDrift, limits: ActLimits): DecidedDrift[] {
  const inOrder = [...drifts].sort((a, b) => seenDriftOf(a).sinceMs - seenDriftOf(b).sinceMs || (a.gameId < b.gameId ? -1 : 1));
  let left = limits.maxActs;
  return inOrder.map((drift) => {
    const decision = decide(drift, seenDriftOf(drift), left, limits);
    if (decision === 'queued' && endsSomething(drift)) left -= 1;
    return { ...drift, decision };
  });
}

function decide(drift: Drift, { looks, sinceMs, acts }: SeenDrift, left: number, limits: ActLimits): DriftDecision {
  if (limits.held === 'all') return 'held';
  if (!endsSomething(drift)) return 'queued';
  if (limits.held === 'ends') return 'held';
  if (looks < 2) return 'seen_once';
  if (limits.nowMs - sinceMs < limits.graceMs * 2 ** Math.min(acts, MAX_DOUBLINGS)) return 'too_young';
  return left > 0 ? 'queued' : 'over_budget';
}
