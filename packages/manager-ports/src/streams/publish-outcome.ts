/** Where a published message comes from. Every publish carries one. */
export interface PublishStamp {
  /** The publish epoch at the moment when the message was read from the outbox. */
  readonly epoch: bigint;
  /** The message's id in the outbox. */
  readonly outboxId: bigint;
}

/**
 * The outcome of a numbered publish. `published`: it is the entry with this id. `already_published`: an earlier call published it,
 * and its reply was lost, or the server has forgotten the message (see {@link StreamPublishing.forget}). `gap`: messages before it are missing; publish from `held + 1` on, in order. `other_epoch`: the server has
 * another epoch than the stamp; nothing was done, compare first (see {@link StreamPublishing.state}).
 */
export type PublishOutcome =
  | { readonly kind: 'published'; readonly entryId: string }
  | { readonly kind: 'already_published' }
  | { readonly kind: 'gap'; readonly held: bigint }
  | { readonly kind: 'other_epoch' };

/** The state of publishing, as the stream's server has it. */
export interface StreamPublishState {
  /** The epoch that stamps must have; null when the server has none: it is new, or was emptied. */
  readonly epoch: bigint | null;
  /** The highest outbox id ever published to it; 0 when it has none. */
  readonly lastOutboxId: bigint;
  /** Every message with an outbox id up to this one was published, and may be forgotten; 0 when nothing was ever forgotten. */
  readonly forgottenUpTo: bigint;
  /** Identifies the connection. It changes with every reconnection: then the server may have lost messages. */
  readonly connection: string;
}

/** A lane and its last published number, as the server has them. */
export interface HeldLane {
  readonly lane: string;
  readonly number: bigint;
}

/** Which entries stay in a stream: those that are younger, by the server's clock and their ids, and the last so many whatever their age. */
export interface StreamLimit {
  readonly youngerThanMs: number;
  readonly lastEntries: number;
}

/** `heldBack`: others read the stream by a consumer group that still needs entries which would go; those stayed. */
export interface PublishedTrim {
  readonly removed: number;
  readonly heldBack: boolean;
}

/** The methods that all numbered streams have in common. Each throws DependencyFault when the server does not answer or refuses. */
export interface StreamPublishing {
  state(): Promise<StreamPublishState>;

  /** The last published number per lane, in the order of `lanes`; 0 for a lane the server does not know. */
  held(lanes: readonly string[]): Promise<bigint[]>;

  /**
   * A portion of all lanes that the server knows, in no order; null for the first. `next` leads to the following portion, and is null
   * after the last. A lane that is known all the time is in at least one portion.
   */
  walk(from: string | null): Promise<{ readonly lanes: readonly HeldLane[]; readonly next: string | null }>;

  /**
   * Forgets each of the lanes that still has the number given, so that it takes no room; a lane that has another one stays. From then
   * on, every message with an outbox id up to `upTo` is `already_published`, whatever its lane. Neither that id nor the last outbox id
   * is ever lowered by this. Returns how many lanes were forgotten; null when the server has another epoch: nothing was done. Repeating
   * is safe.
   */
  forget(lanes: readonly HeldLane[], at: { readonly epoch: bigint; readonly upTo: bigint }): Promise<number | null>;

  /**
   * Makes the server accept only stamps of `epoch` from now on, unless it knows a higher one, and makes later entry ids greater than
   * `afterEntryId`, whatever the server's clock says. The server does so only if it still has the epoch `seen`, or has adopted
   * `epoch` before, so repeating is safe. Otherwise returns false and does nothing: since `seen` was read, the server was emptied,
   * or another process has compared.
   */
  adoptEpoch(epoch: bigint, seen: bigint | null, afterEntryId: string | null): Promise<boolean>;

  /** Declares that numbers up to this one will never come, so that the next one is no gap. Never lowers the last number of a lane. */
  skipTo(lane: string, number: bigint): Promise<void>;

  /**
   * Removes a portion of the oldest entries, as far as neither the limit nor a consumer group keeps them: one that was not delivered to
   * a group stays, and so does one that is pending there. A few more may stay than must. The numbers of lanes and the last id stay as they
   * are. Safe to repeat; when nothing is removed, nothing is left to be removed.
   */
  trim(limit: StreamLimit): Promise<PublishedTrim>;

  /**
   * Lowers the last number of every lane to at most the number that `upTo` returns for it (0 if none), and forgets epoch and outbox
   * ids. For a store that has lost its latest numbers and will use them again. Returns how many lanes were lowered. Repeating is safe.
   */
  lowerTo(upTo: (lanes: readonly string[]) => Promise<readonly bigint[]>): Promise<number>;
}
