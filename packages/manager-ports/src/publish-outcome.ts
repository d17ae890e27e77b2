/** What every publish is stamped with, from the outbox. */
export interface PublishStamp {
  /** The publish epoch when the message was read. */
  readonly epoch: bigint;
  /** The message's id in the outbox. */
  readonly outboxId: bigint;
}

/**
 * What became of a numbered publish: `published` as the entry of that id; `already_published` by an earlier call whose
 * reply was lost; `gap` when messages before it are missing: publish from `held + 1` on, in order; `other_epoch` when the
 * stream's server knows another epoch than the stamp's: nothing was done, compare first (see {@link StreamPublishing.state}).
 */
export type PublishOutcome =
  | { readonly kind: 'published'; readonly entryId: string }
  | { readonly kind: 'already_published' }
  | { readonly kind: 'gap'; readonly held: bigint }
  | { readonly kind: 'other_epoch' };

/** What a stream's server knows of its publishing. */
export interface StreamPublishState {
  /** The epoch that publishes must be stamped with; null when the server knows none: it is new, or was emptied. */
  readonly epoch: bigint | null;
  /** The highest outbox id ever published to it; 0 when it knows none. */
  readonly lastOutboxId: bigint;
  /** Names the connection: another one after every reconnection, by which a server that has lost something is noticed. */
  readonly connection: string;
}

/** The part of publishing that all numbered streams have in common. Each method throws DependencyFault when the server does not answer or refuses. */
export interface StreamPublishing {
  state(): Promise<StreamPublishState>;

  /** The last number published per lane, in the order asked; 0 for a lane the server does not know. */
  held(lanes: readonly string[]): Promise<bigint[]>;

  /**
   * Accepts only stamps of `epoch` from now on, unless the server knows a higher one, and sees to it that later entry ids
   * are greater than `afterEntryId`, whatever the server's clock says. Only a server that still knows the epoch `seen` does
   * it, or one that has done it before, so repeating is safe; otherwise returns false, with nothing done: it was emptied, or
   * somebody else has compared, since it was looked at.
   */
  adoptEpoch(epoch: bigint, seen: bigint | null, afterEntryId: string | null): Promise<boolean>;

  /** Says that numbers up to this one will not come any more, so that the next is no gap. Never lowers what is held. */
  skipTo(lane: string, number: bigint): Promise<void>;

  /**
   * Sets what is held of every lane to at most what `upTo` tells (0 for a lane it does not), forgets epoch and outbox id:
   * for a store that has lost its latest numbers and will give them out again. Returns how many lanes were lowered.
   */
  lowerTo(upTo: (lanes: readonly string[]) => Promise<readonly bigint[]>): Promise<number>;
}
