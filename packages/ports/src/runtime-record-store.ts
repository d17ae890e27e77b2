import type { RuntimeRecord, RuntimeStatus } from '@galaxy/domain';
import { isRuntimeStatus, transition } from '@galaxy/domain';
import { InvalidInputError } from './faults.js';

/**
 * Stores runtime records, one per game. This is the surface for reads, for other teams, and for moves outside
 * operations; what an operation changes together goes through the OperationJournal.
 *
 * Every method throws DependencyFault when the store does not answer; a write that threw with `effect: 'unknown'` may
 * have happened.
 */
export interface RuntimeRecordStore {
  /**
   * The record of a game.
   * @throws RuntimeNotFoundError when no record exists for `gameId`.
   */
  get(gameId: string): Promise<RuntimeRecord>;

  /**
   * Installs a record: inserts it when the game has none, and otherwise overwrites every column verbatim. The caller
   * is responsible for the record being a sensible one. Repeating is safe.
   */
  upsert(record: RuntimeRecord): Promise<void>;

  /**
   * Applies one move as a compare-and-swap on (status, container id). Validates first, without touching the store; then
   * checks that the stored status equals `expectedFrom` and, when `expectedContainerId` is not empty, that the stored
   * container id equals it. `stopped` sets `stoppedAt` and keeps the container id; `removed` sets `removedAt` and nulls
   * it; every move sets `lastOpAt` to `now`. Of concurrent calls with the same expectation exactly one succeeds.
   * @throws InvalidInputError, InvalidTransitionError from {@link validateUpdateStatusInput}.
   * @throws RuntimeNotFoundError when no record exists.
   * @throws RuntimeConflictError when the stored status or container id differs: nothing was changed.
   */
  updateStatus(input: UpdateStatusInput): Promise<void>;

  /** Every record, whatever its status. The order is the adapter's. For large tables use {@link listPage}. */
  list(): Promise<RuntimeRecord[]>;

  /** Every record with the given status. The order is the adapter's. */
  listByStatus(status: RuntimeStatus): Promise<RuntimeRecord[]>;

  /**
   * One page in order of game id (bytewise), by keyset: records that exist throughout a walk are returned exactly once,
   * whatever is inserted or moved meanwhile.
   * @throws InvalidInputError when `limit` is not a whole number from 1 to 1000.
   */
  listPage(query: RuntimePageQuery): Promise<RuntimePage>;
}

/** What {@link RuntimeRecordStore.updateStatus} takes. */
export interface UpdateStatusInput {
  /** The record to move. */
  readonly gameId: string;
  /** The status the caller believes the record has. */
  readonly expectedFrom: RuntimeStatus;
  /** Guard against concurrent restarts: when not empty, the stored container id must equal it. Empty switches this guard off. */
  readonly expectedContainerId: string;
  /** The status to move to. */
  readonly to: RuntimeStatus;
  /** The wall clock that the record's times are taken from. */
  readonly now: Date;
}

/** Which page {@link RuntimeRecordStore.listPage} returns. */
export interface RuntimePageQuery {
  /** Only records with this status. */
  readonly status?: RuntimeStatus;
  /** The last game id of the page before; none for the first page. */
  readonly after?: string;
  /** At most this many records, 1 to 1000. */
  readonly limit: number;
}

/** One page of records. */
export interface RuntimePage {
  readonly records: readonly RuntimeRecord[];
  /** What to give as `after` for the next page; null when this is the last. */
  readonly next: string | null;
}

/**
 * Checks a move before any store is touched: game id not blank, both statuses known, the move allowed by the status
 * machine, `now` a valid time; in this order, the first offence wins.
 * @throws InvalidInputError for all but the move itself.
 * @throws InvalidTransitionError for a move the status machine does not allow.
 */
export function validateUpdateStatusInput(input: UpdateStatusInput): void {
  if (input.gameId.trim() === '') throw refused('game id must not be empty');
  if (!isRuntimeStatus(input.expectedFrom)) throw refused(`expected from status ${JSON.stringify(input.expectedFrom)} is unsupported`);
  if (!isRuntimeStatus(input.to)) throw refused(`to status ${JSON.stringify(input.to)} is unsupported`);
  transition(input.expectedFrom, input.to);
  if (Number.isNaN(input.now.getTime())) throw refused('now must be a valid time');
}

const refused = (reason: string) => new InvalidInputError(`update runtime status: ${reason}`);
