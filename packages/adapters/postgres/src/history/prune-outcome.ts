import type { PruneOutcome } from '@galaxy/manager-ports';
import { bool, int, type Row } from '../sql/row.js';

/** The outcome that the one row of a prune statement tells. */
export function pruneOutcome([row = {}]: readonly Row[]): PruneOutcome {
  return bool(row, 'held') ? { kind: 'pruned', looked: int(row, 'looked'), deleted: int(row, 'deleted') } : { kind: 'lost' };
}
