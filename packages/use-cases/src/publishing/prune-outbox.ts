import type { Observer, Outbox } from '@galaxy/manager-ports';

/** What pruning takes. */
export interface PruneOutboxDeps {
  readonly outbox: Pick<Outbox, 'prune'>;
  readonly observer: Observer;
  /** How long published messages are kept, in milliseconds; default seven days. Longer than anything is sent again. */
  readonly retentionMs?: number;
  /** How many are deleted at a time. By default 5000: each time the store walks over the last messages of all lanes, which stay. */
  readonly batch?: number;
}

const WEEK_MS = 7 * 24 * 3_600_000;

/**
 * Makes the turn that deletes what was published long ago, in batches, until none is left or the signal aborts. A crash
 * leaves the rest for the next turn. The operation log is left alone: by it an entry that is read again is known.
 * The turn throws DependencyFault when the store does not answer.
 */
export const makePruneOutbox =
  ({ outbox, observer, retentionMs = WEEK_MS, batch = 5000 }: PruneOutboxDeps) =>
  async (signal: AbortSignal): Promise<void> => {
    let deleted = batch;
    while (deleted === batch && !signal.aborted) {
      deleted = await outbox.prune(retentionMs, batch);
      if (deleted > 0) observer.observe({ kind: 'outbox_pruned', deleted });
    }
  };
