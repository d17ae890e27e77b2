import type { NumberedDeadLetter } from '../streams/dead-letter-publisher.js';
import type { NumberedJobOutcome } from '../streams/job-outcome-publisher.js';
import type { NumberedJobResult } from '../streams/numbered-result-publisher.js';

/** What the messages of each kind carry. A new kind is one more line here, in {@link LANES} and in PUBLISHER_PORTS, and a codec and a publisher in the adapters. */
export interface OutboxMessages {
  readonly job_result: NumberedJobResult;
  readonly dead_letter: NumberedDeadLetter;
  readonly job_outcome: NumberedJobOutcome;
}

/** The kinds of messages that this version writes and publishes, each on a stream of its own. `health_event` and `snapshot` are reserved. */
export type OutboxKind = keyof OutboxMessages;

// The lane of a message of each kind.
const LANES: { readonly [K in OutboxKind]: (message: OutboxMessages[K]) => string } = {
  job_result: ({ result }) => result.gameId,
  dead_letter: ({ lane }) => lane,
  job_outcome: ({ outcome }) => outcome.result.gameId,
};

/** Every {@link OutboxKind}. */
export const OUTBOX_KINDS = Object.keys(LANES) as readonly OutboxKind[];

/** One value for each kind. */
export function forEachKind<T>(make: (kind: OutboxKind) => T): Record<OutboxKind, T> {
  return Object.fromEntries(OUTBOX_KINDS.map((kind) => [kind, make(kind)])) as Record<OutboxKind, T>;
}

/** A message of the outbox. Ids rise in the order in which messages were added. */
export type OutboxEntry<K extends OutboxKind = OutboxKind> = {
  readonly [Kind in K]: {
    readonly kind: Kind;
    readonly message: OutboxMessages[Kind];
    readonly id: bigint;
    /** The publish epoch at the moment when the entry was read. */
    readonly epoch: bigint;
  };
}[K];

/** A lane keeps the order of messages: the results of one game, or the dead letters of one source. */
export interface OutboxLane {
  readonly kind: OutboxKind;
  /** The game id; for dead letters, a job stream or a game id. */
  readonly lane: string;
}

/** A number in a lane; each method says which one. */
export interface LanePosition extends OutboxLane {
  readonly number: bigint;
}

/** Marks an entry as published. `entryId` is its id in the stream, or null when an earlier call had published it. */
export interface PublishMark {
  readonly id: bigint;
  readonly epoch: bigint;
  readonly entryId: string | null;
}

/** How far publishing is, by the store. */
export interface PublishState {
  /** Rises with every {@link Outbox.takeBack}. */
  readonly epoch: bigint;
  /** The highest id in the outbox; 0 when it never held anything. */
  readonly lastId: bigint;
  /** Per kind, the highest stream entry id among recent marks, marks that were taken back included; null when there is none. */
  readonly lastEntryIds: Readonly<Record<OutboxKind, string | null>>;
}

/** How many entries wait to be published. */
export interface OutboxBacklog {
  readonly pending: number;
  /** Age of the oldest waiting entry in milliseconds, by the store's clock; null when none waits. */
  readonly oldestMs: number | null;
}

/** What a stream's server may forget, as of one moment. */
export interface Forgettable {
  /** The publish epoch at that moment. */
  readonly epoch: bigint;
  /** No message of the kind with an id up to this one will be sent any more. */
  readonly upTo: bigint;
  /** Lanes of which no message is left. All that they ever had have ids up to `upTo`. */
  readonly lanes: readonly string[];
}

/**
 * The messages that were written in the same statement as a change, until they are marked as published and pruned. Every method
 * throws DependencyFault when the store does not answer.
 */
export interface Outbox {
  /** The oldest entries not marked as published, at most `limit`, in the order they were added. */
  pending(limit: number): Promise<OutboxEntry[]>;

  /**
   * The entries of one lane from `fromNumber` on that must be sent to a stream that has none of them: entries that are not marked,
   * entries that were marked less than `markedWithinMs` ago, and all entries after the first of these. In order, at most `limit`.
   */
  lane(
    lane: OutboxLane,
    query: { readonly fromNumber: bigint; readonly markedWithinMs: number; readonly limit: number },
  ): Promise<OutboxEntry[]>;

  /**
   * Marks entries as published. A mark of another epoch than the present one is ignored: the server may have lost since what that
   * publisher saw. If an entry is marked several times, the entry id is kept from the mark that has one, in whatever order they
   * come. Repeating is safe; unknown ids are ignored. An entry whose row somebody else holds stays unmarked, and so pending: no other
   * mark waits for it.
   */
  markPublished(marks: readonly PublishMark[]): Promise<void>;

  /** The publish epoch and the highest ids. */
  state(): Promise<PublishState>;

  /** Per lane, the last number that was marked less than `withinMs` ago. */
  lately(withinMs: number): Promise<LanePosition[]>;

  /**
   * Raises the epoch, so that marks that are on their way are ignored, and takes back every mark that is younger than `withinMs`
   * and above the number that its lane has in `held`: the last number that the stream really has. A lane that is not in `held`
   * counts as 0: it had no such mark when the lanes were listed, so the stream was not asked about it. Entries whose mark is taken
   * back are pending again. The returned epoch was returned to no other call; if the reply is lost, the epoch is raised all the same.
   */
  takeBack(held: readonly LanePosition[], withinMs: number): Promise<{ readonly epoch: bigint; readonly takenBack: number }>;

  /** How many entries wait, for health and metrics. */
  backlog(): Promise<OutboxBacklog>;

  /**
   * Deletes messages that were published longer than `olderThanMs` ago, at most `limit`. Dead letters without a decision stay, and
   * so does the message with the highest id (see {@link PublishState.lastId}). Returns how many were deleted.
   */
  prune(olderThanMs: number, limit: number): Promise<number>;

  /**
   * Those of `lanes` that the server of a kind's stream may forget. Null while that is not certain: nothing of the kind was ever
   * deleted, or a message with a lower id than the highest deleted one is not marked, was marked less than `markedWithinMs` ago (so
   * that it may be taken back), or may be added by a transaction that is older than the last deletion and still open. Changes nothing.
   */
  forgettable(kind: OutboxKind, lanes: readonly string[], markedWithinMs: number): Promise<Forgettable | null>;
}

/** The lane of an entry. */
export function outboxLane<K extends OutboxKind>({ kind, message }: { readonly kind: K; readonly message: OutboxMessages[K] }): OutboxLane {
  return { kind, lane: LANES[kind](message) };
}
