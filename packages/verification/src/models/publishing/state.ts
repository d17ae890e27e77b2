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
  /** Redis accepts a publish only in the epoch that it adopted last. */
  readonly epochInRedis: boolean;
  /** After a failover the stream is compared with what is marked. */
  readonly verify: boolean;
  /** The comparison raises the epoch before it takes the first mark back, and again with each part of them. */
  readonly raiseFirst: boolean;
  /** Redis adopts an epoch only if it knows the one that it knew before it was compared. */
  readonly adoptUnchanged: boolean;
  /** Marks of a lane that was not listed for the comparison are taken back as well. */
  readonly takeBackUnlisted: boolean;
  /** Lobby expects a result once more that it has read and Redis has lost. */
  readonly lobbyExpectsLosses: boolean;
}

/** The design. */
export const ALL_PUBLISHING_GUARDS: PublishingGuards = {
  numberCheck: true,
  gapRefusal: true,
  lostTogether: true,
  markUnderEpoch: true,
  epochInRedis: true,
  verify: true,
  raiseFirst: true,
  adoptUnchanged: true,
  takeBackUnlisted: true,
  lobbyExpectsLosses: true,
};

/** How much there is to publish, and by how many workers at a time, beside the relay. */
export interface PublishingScope {
  readonly results: number;
  readonly workers: number;
}

/** How often what may still go wrong. */
export interface PublishingInjections {
  /** Failovers to a replica that lacks some of the last entries. */
  readonly failovers: number;
  /** How often Redis is emptied without anybody losing the connection: seen only by the epoch that is not there. */
  readonly flushes: number;
  /** How many failovers leave the old master running, with somebody connected to it. */
  readonly splits: number;
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

/** The server that whoever compares is connected to. */
export type Server = 'master' | 'demoted';

/**
 * Where the comparison is: nothing to do, wanted, the lane looked for among those with marks, its last number read from
 * Redis (null: not listed, so not asked for), its marks being taken back part by part, or the raised epoch not adopted yet.
 */
export type Verification =
  | { readonly point: 'idle' | 'wanted' }
  | { readonly point: 'listed'; readonly isListed: boolean; readonly seen: number | null }
  | { readonly point: 'read' | 'taking_back'; readonly held: number | null; readonly server: Server; readonly seen: number | null }
  | { readonly point: 'unmarked' | 'raised'; readonly server: Server; readonly seen: number | null };

/** That Redis adopted an epoch when its stream had so many entries: a failover may lose it like an entry. */
export interface Adoption {
  readonly epoch: number;
  readonly after: number;
}

/** A master that was replaced and does not know. What is published there is lost. */
export interface Demoted {
  readonly held: number;
  readonly accepts: number | null;
  /** Whether whoever compares may still take it for the master. */
  readonly isTrusted: boolean;
}

/** A call nobody waits for any more. */
export type Call = { readonly publish: number; readonly epoch: number } | { readonly adopt: number; readonly seen: number | null };

/** Everything there is. Results are their numbers. */
export interface PublishingState {
  /** How many results are decided. */
  readonly finished: number;
  /** Which of them are marked as published. */
  readonly marked: readonly number[];
  readonly epoch: number;
  readonly publishers: readonly Publisher[];
  /** Calls nobody waits for any more and that Redis may still carry out. */
  readonly underWay: readonly Call[];
  readonly stream: readonly number[];
  /** The last number in the hash. */
  readonly held: number;
  /** What the master has adopted, in order; it accepts the last. */
  readonly adoptions: readonly Adoption[];
  readonly demoted: Demoted | null;
  readonly lobby: Lobby;
  readonly verification: Verification;
  readonly injections: PublishingInjections;
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

/** The epoch that the master accepts; null when it knows none. */
export const accepts = ({ adoptions }: Pick<PublishingState, 'adoptions'>): number | null => adoptions.at(-1)?.epoch ?? null;

/** The state before the first result, after the first comparison. */
export function initialPublishing(injections: PublishingInjections): PublishingState {
  return {
    finished: 0,
    marked: [],
    epoch: 0,
    publishers: [],
    underWay: [],
    stream: [],
    held: 0,
    adoptions: [{ epoch: 0, after: 0 }],
    demoted: null,
    lobby: { position: 0, last: 0, again: [] },
    verification: { point: 'idle' },
    injections,
  };
}

/**
 * The state as a short text. Publishers and calls under way have no order; of an epoch it matters only how far it is from
 * the one of now.
 */
export function publishingKey(state: PublishingState): string {
  const { finished, marked, epoch, publishers, underWay, stream, held, adoptions, demoted, lobby, verification, injections } = state;
  const since = (other: number | null) => (other === null ? 'none' : epoch - other);
  const publisherKey = ({ name, queue, point, epoch: own, filling }: Publisher) =>
    `${name === RELAY}${queue.join('.')}${point}${since(own)}${filling}`;
  const callKey = (call: Call) => ('adopt' in call ? `a${since(call.adopt)}/${since(call.seen)}` : `${call.publish}:${since(call.epoch)}`);
  const verificationKey = (at: Verification) => Object.values('seen' in at ? { ...at, seen: since(at.seen) } : at).join();
  return [
    finished,
    marked.toSorted().join('.'),
    publishers.map(publisherKey).sort().join(),
    underWay.map(callKey).sort().join('.'),
    stream.join('.'),
    held,
    adoptions.map((adoption) => `${adoption.after}:${since(adoption.epoch)}`).join('.'),
    demoted === null ? '' : `${demoted.held}:${since(demoted.accepts)}:${demoted.isTrusted}`,
    `${lobby.position}:${lobby.last}:${lobby.again.join('.')}`,
    verificationKey(verification),
    Object.values(injections).join(),
  ].join(';');
}

/** The state in words. */
export function showPublishing({ finished, marked, stream, held }: PublishingState): string {
  const list = (numbers: readonly number[]) => numbers.join(' ') || 'none';
  return `decided 1 to ${finished}; marked ${list(marked.toSorted())}; stream ${list(stream)}, last number ${held}`;
}
