import type { Observer, Outbox } from '@galaxy/manager-ports';

/** What the pressure is told by. */
export interface OutboxPressureDeps {
  readonly outbox: Pick<Outbox, 'backlog'>;
  readonly observer: Observer;
  /** With more waiting than this the intake pauses, and resumes when fewer than half of it wait; default 10 000. */
  readonly limit?: number;
}

/** Keeps what waits to be published from growing without end while the streams' server takes nothing. */
export interface OutboxPressure {
  /** Looks how much waits, and tells. @throws DependencyFault when the store does not answer; then it stays as it was. */
  readonly look: () => Promise<void>;
  /** Whether new jobs should wait in their streams, by the last look. */
  readonly isPaused: () => boolean;
}

/** Makes the pressure of one process. Asked by whoever takes jobs in, about once a second. */
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
