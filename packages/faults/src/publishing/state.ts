/** The rules of the design, each of which can be left out to see what it is for. */
export interface PublishingGuards {
  /** A number that is there already is not appended again. */
  readonly numberCheck: boolean;
  /** A number that leaves a gap is refused. */
  readonly gapRefusal: boolean;
  /** Stream and last number change together, also when a failover takes them back. */
  readonly lostTogether: boolean;
  /** A mark counts only in the epoch in which its publisher learned of the result. */
  readonly markUnderEpoch: boolean;
  /** After a failover the stream is compared with what is marked. */
  readonly verify: boolean;
  /** The comparison raises the epoch and takes marks back in one write. */
  readonly verifyInOneWrite: boolean;
  /** Lobby expects a result once more that it has read and Redis has lost. */
  readonly lobbyExpectsLosses: boolean;
}

/** The design. */
export const ALL_PUBLISHING_GUARDS: PublishingGuards = {
  numberCheck: true,
  gapRefusal: true,
  lostTogether: true,
  markUnderEpoch: true,
  verify: true,
  verifyInOneWrite: true,
  lobbyExpectsLosses: true,
};

/** How much there is to publish, and by how many workers at a time, beside the relay. */
export interface PublishingScope {
  readonly results: number;
  readonly workers: number;
}

/** How often what may still go wrong. */
export interface PublishingFaults {
  /** Failovers to a replica that lacks some of the last entries. */
  readonly failovers: number;
  /** Replies that are lost, of calls that were carried out or will be later. */
  readonly lostReplies: number;
  /** Publishers that die. */
  readonly deaths: number;
}

/** The name of the publisher that sends whatever is pending. */
export const RELAY = 'relay';

/** One process that publishes: a worker with its own result, or a relay. */
export interface Publisher {
  readonly name: string;
  /** The numbers still to send; the first is being sent or marked. */
  readonly queue: readonly number[];
  readonly point: 'send' | 'mark';
  /** The publish epoch when it read what it sends. */
  readonly epoch: number;
  /** Whether it is sending what was missing. */
  readonly filling: boolean;
}

/** Where the comparison is: nothing to do, wanted, the last number read from Redis, or its marks taken back but the epoch not raised. */
export type Verification = { readonly point: 'idle' | 'wanted' | 'unmarked' } | { readonly point: 'read'; readonly held: number };

/** Everything there is. Results are their numbers. */
export interface PublishingState {
  /** How many results are decided. */
  readonly finished: number;
  /** Which of them are marked as published. */
  readonly marked: readonly number[];
  readonly epoch: number;
  readonly publishers: readonly Publisher[];
  /** Publishes nobody waits for any more and that Redis may still carry out. */
  readonly underWay: readonly number[];
  readonly stream: readonly number[];
  /** The last number in the hash. */
  readonly held: number;
  readonly lobby: Lobby;
  readonly verification: Verification;
  readonly faults: PublishingFaults;
}

/** What Lobby is known to have read. Reading more changes nothing for anyone else until a failover, so it is decided there. */
export interface Lobby {
  /** How many entries of the stream it has read. */
  readonly position: number;
  /** The last result it has read. */
  readonly last: number;
  /** The results that it read and Redis lost: each may come once more. */
  readonly again: readonly number[];
}

/** The state before the first result. */
export function initialPublishing(faults: PublishingFaults): PublishingState {
  return {
    finished: 0,
    marked: [],
    epoch: 0,
    publishers: [],
    underWay: [],
    stream: [],
    held: 0,
    lobby: { position: 0, last: 0, again: [] },
    verification: { point: 'idle' },
    faults,
  };
}

/**
 * The state as a short text. Publishers and calls under way have no order; of an epoch it matters only whether it is the
 * one of now.
 */
export function publishingKey(state: PublishingState): string {
  const { finished, marked, epoch, publishers, underWay, stream, held, lobby, verification, faults } = state;
  const publisherKey = ({ name, queue, point, epoch: own, filling }: Publisher) =>
    `${name === RELAY}${queue.join('.')}${point}${own === epoch}${filling}`;
  return [
    finished,
    marked.toSorted().join('.'),
    publishers.map(publisherKey).sort().join(),
    underWay.toSorted().join('.'),
    stream.join('.'),
    held,
    `${lobby.position}:${lobby.last}:${lobby.again.join('.')}`,
    verification.point === 'read' ? verification.held : verification.point,
    Object.values(faults).join(),
  ].join(';');
}

/** The state in words. */
export function showPublishing({ finished, marked, stream, held }: PublishingState): string {
  const list = (numbers: readonly number[]) => numbers.join(' ') || 'none';
  return `decided 1 to ${finished}; marked ${list(marked.toSorted())}; stream ${list(stream)}, last number ${held}`;
}
