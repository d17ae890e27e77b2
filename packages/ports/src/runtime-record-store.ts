import type { RuntimeRecord, RuntimeStatus } from '@galaxy/domain';
import { isRuntimeStatus, transition } from '@galaxy/domain';
import { isBlank } from './blank-text.js';
import { InvalidInputError } from './faults.js';

/**
 * Stores runtime records, one per game. Records are never deleted: `removed` is a status.
 *
 * A write is complete or has not happened, also when the process or the store crashes in the middle: no reader ever sees half of
 * it. When a write returned, it survives a crash of this process. Records go in and out as copies: changing an object afterwards
 * changes nothing in the store. Times keep their milliseconds.
 *
 * Every method throws DependencyFault when the store does not answer or refuses. A write that threw with `effect: 'unknown'` may have
 * happened: read the record before you decide.
 *
 * @example
 * ```ts
 * import { RuntimeConflictError, type RuntimeRecordStore } from '@galaxy/ports';
 *
 * export async function markFinished(records: RuntimeRecordStore, gameId: string): Promise<'finished' | 'moved by others'> {
 *   const { status, currentContainerId } = await records.get(gameId);
 *   const expected = { expectedFrom: status, expectedContainerId: currentContainerId ?? '' };
 *   try {
 *     await records.updateStatus({ gameId, ...expected, to: 'finished', now: new Date() });
 *     return 'finished';
 *   } catch (error) {
 *     if (error instanceof RuntimeConflictError) return 'moved by others';
 *     throw error;
 *   }
 * }
 * ```
 */
export interface RuntimeRecordStore {
  /**
   * The record of a game.
   * @throws RuntimeNotFoundError when no record exists for `gameId`.
   * @throws DependencyFault when the store does not answer or refuses.
   */
  get(gameId: string): Promise<RuntimeRecord>;

  /**
   * Installs a record: inserts it when the game has none, else replaces every column by what is given, whatever the status machine
   * says. Only `version` is the store's own: 1 for an inserted record, else one more than the replaced record had. Repeating is safe.
   * @throws InvalidInputError from {@link validateRuntimeRecord}: nothing was written.
   * @throws DependencyFault when the store does not answer or refuses.
   */
  upsert(record: RuntimeRecord): Promise<void>;

  /**
   * Moves a record to another status if it still is what the caller expects. It checks the input first, without touching the store.
   * Then, in one atomic step, it checks that the stored status equals `expectedFrom` and, when `expectedContainerId` is not empty,
   * that the stored container id equals it; and changes the record: `stopped` sets `stoppedAt` and keeps the container id; `removed`
   * sets `removedAt` and sets the container id to null; both set `health` to `unknown`; every move sets `lastOpAt`. These times become
   * `now`, the version rises by 1, and nothing else changes.
   *
   * Of concurrent calls with the same expectation exactly one succeeds. After `effect: 'unknown'` a repeated call throws
   * RuntimeConflictError if the first one did happen, so read the record before you repeat.
   *
   * @throws InvalidInputError, InvalidTransitionError from {@link validateUpdateStatusInput}.
   * @throws RuntimeNotFoundError when no record exists.
   * @throws RuntimeConflictError when the stored status or container id differs: nothing was changed.
   * @throws DependencyFault when the store does not answer or refuses.
   */
  updateStatus(input: UpdateStatusInput): Promise<void>;

  /**
   * Every record, whatever its status. The adapter chooses the order. For large tables use {@link listPage}.
   * @throws DependencyFault when the store does not answer or refuses.
   */
  list(): Promise<RuntimeRecord[]>;

  /**
   * Every record with the given status. The adapter chooses the order.
   * @throws DependencyFault when the store does not answer or refuses.
   */
  listByStatus(status: RuntimeStatus): Promise<RuntimeRecord[]>;

  /**
   * One page in the order of game ids, compared byte by byte: the records that come after `after`. A record that exists during the
   * whole walk over the pages is returned exactly once, whatever is inserted or moved meanwhile.
   * @throws InvalidInputError from {@link validatePageLimit}.
   * @throws DependencyFault when the store does not answer or refuses.
   */
  listPage(query: RuntimePageQuery): Promise<RuntimePage>;
}

/**
 * One move of {@link RuntimeRecordStore.updateStatus}, and what the record must be for it.
 *
 * @example
 * ```ts
 * import type { UpdateStatusInput } from '@galaxy/ports';
 *
 * const expected = { expectedFrom: 'running', expectedContainerId: 'c0ffee' } as const;
 * export const stop: UpdateStatusInput = { gameId: 'alpha', ...expected, to: 'stopped', now: new Date() };
 * ```
 */
export interface UpdateStatusInput {
  /** The game whose record moves. */
  readonly gameId: string;
  /** The status that the caller believes the record has. */
  readonly expectedFrom: RuntimeStatus;
  /** The container that the caller believes the record has; a restart in between has another. An empty string accepts any. */
  readonly expectedContainerId: string;
  /** The status to move to. */
  readonly to: RuntimeStatus;
  /** The time of the move, which becomes the record's times. */
  readonly now: Date;
}

/**
 * Which page {@link RuntimeRecordStore.listPage} returns.
 *
 * @example
 * ```ts
 * import type { RuntimePageQuery, RuntimeRecord, RuntimeRecordStore } from '@galaxy/ports';
 *
 * export async function* running(records: RuntimeRecordStore): AsyncGenerator<RuntimeRecord> {
 *   for (let query: RuntimePageQuery | null = { status: 'running', limit: 100 }; query !== null; ) {
 *     const page = await records.listPage(query);
 *     yield* page.records;
 *     query = page.next === null ? null : { ...query, after: page.next };
 *   }
 * }
 * ```
 */
export interface RuntimePageQuery {
  /** Only records with this status; absent: all. */
  readonly status?: RuntimeStatus;
  /** The game id after which the page begins: `next` of the page before. Absent for the first page. */
  readonly after?: string;
  /** The largest number of records, a whole number from 1 to 1000. */
  readonly limit: number;
}

/** One page of records. */
export interface RuntimePage {
  /** In the order of game ids; empty when there are none. */
  readonly records: readonly RuntimeRecord[];
  /** The `after` of the next page; null when this page is the last. */
  readonly next: string | null;
}

/**
 * Checks a move: the game id is not blank, both statuses are known, the status machine allows the move, `now` is a valid time; in
 * this order. Every adapter calls it before it touches the store.
 *
 * @example
 * ```ts
 * import { validateUpdateStatusInput } from '@galaxy/ports';
 *
 * const move = { gameId: 'alpha', expectedFrom: 'running', expectedContainerId: '', now: new Date() } as const;
 * validateUpdateStatusInput({ ...move, to: 'stopped' }); // returns
 * validateUpdateStatusInput({ ...move, to: 'starting' }); // throws InvalidTransitionError
 * ```
 *
 * @throws InvalidInputError naming the first field that is wrong.
 * @throws InvalidTransitionError when the status machine does not allow the move.
 */
export function validateUpdateStatusInput(input: UpdateStatusInput): void {
  if (isBlank(input.gameId)) throw refused('game id must not be empty');
  if (!isRuntimeStatus(input.expectedFrom)) throw refused(`expected from status ${JSON.stringify(input.expectedFrom)} is unsupported`);
  if (!isRuntimeStatus(input.to)) throw refused(`to status ${JSON.stringify(input.to)} is unsupported`);
  transition(input.expectedFrom, input.to);
  if (Number.isNaN(input.now.getTime())) throw refused('now must be a valid time');
}

const refused = (reason: string) => new InvalidInputError(`update runtime status: ${reason}`);
