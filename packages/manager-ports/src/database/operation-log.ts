import type { Operation, OperationSource, OperationStatus } from '@galaxy/domain';

/** One operation, for an audit. */
export interface OperationLogEntry {
  readonly ord: bigint;
  readonly opId: string;
  readonly gameId: string;
  readonly op: Operation;
  readonly source: OperationSource;
  readonly sourceRef: string;
  readonly status: OperationStatus;
  readonly attempt: number;
  readonly failures: number;
  /** The step that it recorded last; a newer build may know others. */
  readonly step: string | null;
  /** Empty while the operation is open, and after a success that did the work. */
  readonly errorCode: string;
  readonly errorMessage: string;
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
