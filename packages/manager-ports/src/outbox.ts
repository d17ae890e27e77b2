import type { NumberedDeadLetter } from './dead-letter-publisher.js';
import type { NumberedJobResult } from './numbered-result-publisher.js';

/** What waits to be published, with its id in the outbox. Ids rise in the order of adding. */
export type OutboxEntry = (
  | { readonly kind: 'job_result'; readonly message: NumberedJobResult }
  | { readonly kind: 'dead_letter'; readonly message: NumberedDeadLetter }
) & {
  readonly id: bigint;
  /** The publish epoch when it was read. */
  readonly epoch: bigint;
};

/** The order an entry belongs to: the results of one game, or the dead letters of one lane. */
export interface OutboxLane {
  readonly kind: OutboxEntry['kind'];
  /** The game id, or the dead letters' lane. */
  readonly lane: string;
}

/** How far a lane is: its last number of whatever is asked for. */
export interface LanePosition extends OutboxLane {
  readonly number: bigint;
}

/** That an entry was published: `entryId` as the stream gave it, null when an earlier call had published it. */
export interface PublishMark {
  readonly id: bigint;
  readonly epoch: bigint;
  readonly entryId: string | null;
}

/** Where publishing stands by the store. */
export interface PublishState {
  /** Rises with every {@link Outbox.takeBack}. */
  readonly epoch: bigint;
  /** The highest id in the outbox; 0 when it never held anything. */
  readonly lastId: bigint;
  /** The highest stream entry id among recent marks, those taken back included, per kind; null when there is none. */
  readonly lastEntryIds: Readonly<Record<OutboxEntry['kind'], string | null>>;
}

/** How much waits. */
export interface OutboxBacklog {
  readonly pending: number;
  /** Age of the oldest entry in milliseconds by the store's clock; null when nothing waits. */
  readonly oldestMs: number | null;
}

/**
 * The messages that were decided together with a change and are not yet known to be published. Every method throws
 * DependencyFault when the store does not answer.
 */
export interface Outbox {
  /** The oldest entries not marked as published, at most `limit`, in the order they were added. */
  pending(limit: number): Promise<OutboxEntry[]>;

  /**
   * The entries of one lane from `fromNumber` on that are to be sent when a stream has none of them: those that are not
   * marked, those marked less than `markedWithinMs` ago, and everything behind the first of them. In order, at most `limit`.
   */
  lane(
    lane: OutboxLane,
    query: { readonly fromNumber: bigint; readonly markedWithinMs: number; readonly limit: number },
  ): Promise<OutboxEntry[]>;

  /**
   * Marks entries as published. A mark of another epoch than the present one does not count: what its publisher saw may
   * have been lost since. Of several marks of an entry one that has its entry id tells it, whichever comes first. Repeating
   * is safe; unknown ids are ignored.
   */
  markPublished(marks: readonly PublishMark[]): Promise<void>;

  /** Where publishing stands. */
  state(): Promise<PublishState>;

  /** Per lane the last number marked less than `withinMs` ago. */
  lately(withinMs: number): Promise<LanePosition[]>;

  /**
   * Raises the epoch, so that no mark under way counts any more, and takes back every mark that is younger than `withinMs`
   * and above what its lane is held at: `held` is what a stream really has. A lane that is not named counts as held at 0: it
   * had no such mark when the lanes were listed, so nobody has looked. What is taken back is pending again. The epoch that
   * is returned was given to nobody else; a crash on the way has raised it too.
   */
  takeBack(held: readonly LanePosition[], withinMs: number): Promise<{ readonly epoch: bigint; readonly takenBack: number }>;

  /** How much waits, for health and metrics. */
  backlog(): Promise<OutboxBacklog>;

  /**
   * Deletes messages that were published longer than `olderThanMs` ago, at most `limit`, but never the last of a lane:
   * its number is the one the next follows. Open dead letters stay. Returns how many.
   */
  prune(olderThanMs: number, limit: number): Promise<number>;
}

/** The lane of an entry. */
export function outboxLane(entry: Pick<OutboxEntry, 'kind' | 'message'>): OutboxLane {
  const { kind, message } = entry;
  return 'result' in message ? { kind, lane: message.result.gameId } : { kind, lane: message.lane };
}
