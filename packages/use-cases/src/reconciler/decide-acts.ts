import type { SeenDrift } from './drift-history.js';
import type { Drift } from './find-drift.js';
import { endsSomething } from './find-drift.js';
import type { KeptBack } from './guard-mass-change.js';

/** What is done about a drift now: `queued`, or why it is not acted on (yet). */
type DriftDecision = 'queued' | 'seen_once' | 'too_young' | 'over_budget' | 'held' | 'dry_run';

/** A drift, and what is done about it. */
export interface DecidedDrift extends Drift {
  readonly decision: DriftDecision;
}

/** What bounds the acts of one pass. */
export interface ActLimits {
  readonly nowMs: number;
  /** What ends something must have been there for so long. */
  readonly graceMs: number;
  /** At most this many acts that end something. */
  readonly maxActs: number;
  readonly held: KeptBack;
}

/** An act that does not help is repeated after ever longer, up to so many times the grace. */
const MAX_DOUBLINGS = 6;

/**
 * Decides which drifts are acted on. What ends nothing is, at once; what ends something only once it was seen twice, over
 * the grace, within the budget, those first that have waited longest.
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
