import type { Operation, OperationClass, OperationSource, OperationStatus, RuntimeJob, RuntimeStatus } from '@galaxy/domain';
import type { JobOutcome } from '@galaxy/ports';

/** A stored job that this version cannot read, as it is stored. */
export interface UnreadableJob {
  readonly kind: 'unreadable';
  readonly stored: unknown;
}

/** One operation, for an audit: what was asked for, by whom and why, how far it is, and how it ended. */
export interface OperationLogEntry {
  readonly ord: bigint;
  readonly opId: string;
  readonly gameId: string;
  readonly op: Operation;
  readonly class: OperationClass;
  readonly source: OperationSource;
  readonly sourceRef: string;
  readonly job: RuntimeJob | UnreadableJob;
  /** The person or the service that asked; the source when nobody was named. */
  readonly requestedBy: string;
  /** When it was asked for, in milliseconds since 1970 by the clock of who asked; null when not said. */
  readonly requestedAtMs: bigint | null;
  /** Why it was asked for; empty when not said. */
  readonly reason: string;
  readonly status: OperationStatus;
  /** The status of the game's record when the operation was first claimed; null before that, and when there was no record. */
  readonly statusBefore: RuntimeStatus | null;
  readonly attempt: number;
  readonly failures: number;
  /** The last step that was recorded, of whatever version; null when there was none. */
  readonly step: string | null;
  /** Empty while the operation is open, and after a success that did the work. */
  readonly errorCode: string;
  readonly errorMessage: string;
  /** The other fields of the result; null while the operation is open. */
  readonly result: { readonly outcome: JobOutcome; readonly containerId: string; readonly engineEndpoint: string } | null;
  readonly queuedAt: Date;
  /** When it was first claimed. */
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** Reads the operation log. Both methods throw DependencyFault when the store does not answer. */
export interface OperationLog {
  /** One operation, or null when there is none with this id. */
  get(opId: string): Promise<OperationLogEntry | null>;

  /**
   * A game's operations, newest first, at most `limit` (1 to 1000); with `beforeOrd`, only older ones.
   * @throws InvalidInputError when `limit` is out of range.
   */
  listByGame(gameId: string, query: { readonly beforeOrd?: bigint; readonly limit: number }): Promise<OperationLogEntry[]>;
}
