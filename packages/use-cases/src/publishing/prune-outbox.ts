import type { Observer, Outbox } from '@galaxy/manager-ports';

export interface PruneOutboxDeps {
  readonly outbox: Pick<Outbox, 'prune'>;
  readonly observer: Observer;
  /** How long published messages are kept, in milliseconds; default seven days. Must be longer than messages may be sent again. */
  readonly retentionMs?: number;
  /** How many are deleted per statement; default 5000. */
  readonly batch?: number;
}

const WEEK_MS = 7 * 24 * 3_600_000;

/**
 * Makes the turn that deletes old published messages, in batches, until none is left or the signal aborts. A crash leaves the
 * rest to the next turn. Returns how many were deleted. The turn throws DependencyFault when the store does not answer.
 */
export const makePruneOutbox =
  ({ outbox, observer, retentionMs = WEEK_MS, batch = 5000 }: PruneOutboxDeps) =>
  async (signal: AbortSignal): Promise<number> => {
    let deleted = batch;
    let all = 0;
    while (deleted === batch && !signal.aborted) {
      deleted = await outbox.prune(retentionMs, batch);
      all += deleted;
      if (deleted > 0) observer.observe({ kind: 'outbox_pruned', deleted });
    }
    return all;
  };
