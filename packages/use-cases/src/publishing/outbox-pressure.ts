import type { Observer, Outbox } from '@galaxy/manager-ports';

export interface OutboxPressureDeps {
  readonly outbox: Pick<Outbox, 'backlog'>;
  readonly observer: Observer;
  /** The intake pauses while more messages than this wait, until fewer than half of it wait; default 10 000. */
  readonly limit?: number;
}

/** Keeps the outbox from growing without limit while nothing can be published. */
export interface OutboxPressure {
  /** Counts the waiting messages and reports the number. @throws DependencyFault when the store does not answer; then nothing changes. */
  readonly look: () => Promise<void>;
  /** Whether new jobs should stay in their streams, by the last count. */
  readonly isPaused: () => boolean;
}

/** Makes the pressure gauge of one process. The coordinator calls `look` about once a second. */
export function makeOutboxPressure({ outbox, observer, limit = 10_000 }: OutboxPressureDeps): OutboxPressure {
  let paused = false;
  return {
    look: async () => {
      const { pending, oldestMs } = await outbox.backlog();
      paused = paused ? pending * 2 >= limit : pending > limit;
      observer.observe({ kind: 'outbox_backlog', pending, oldestMs, intakePaused: paused });
    },
    isPaused: () => paused,
  };
}
