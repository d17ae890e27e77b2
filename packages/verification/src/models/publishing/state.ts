/** The rules of the design. A test leaves out one of them to show what goes wrong without it. */
export interface PublishingGuards {
  /** A number that is in the stream is not appended again. */
  readonly numberCheck: boolean;
  /** A number that leaves a gap is refused. */
  readonly gapRefusal: boolean;
  /** Stream and last number change together, also in a failover. */
  readonly lostTogether: boolean;
  /** A mark counts only in the epoch in which its publisher read the result. */
  readonly markUnderEpoch: boolean;
  /** Redis accepts a result only of the epoch that it adopted last. */
  readonly epochInRedis: boolean;
  /** After a failover, the stream is compared with the marks. */
  readonly verify: boolean;
  /** The comparison raises the epoch before it takes back the first mark, and again with each part of the marks. */
  readonly raiseFirst: boolean;
  /** Redis adopts an epoch only if it still knows the epoch that it knew before the comparison. */
  readonly adoptUnchanged: boolean;
  /** Marks of a lane that was not listed for the comparison are taken back, too. */
  readonly takeBackUnlisted: boolean;
  /** Lobby expects that a result which it has read and Redis has lost comes once more. */
  readonly lobbyExpectsLosses: boolean;
}

/** The design: with all its rules. */
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

/** How many results there are, and how many workers publish at a time, beside the relay. */
export interface PublishingScope {
  readonly results: number;
  readonly workers: number;
}

/** How often each injection may still happen. */
export interface PublishingInjections {
  /** Failovers to a replica without some of the last entries. */
  readonly failovers: number;
  /** How often Redis is emptied while all connections stay. Only the missing epoch shows it. */
  readonly flushes: number;
  /** How many failovers leave the old master running, with processes connected to it. */
  readonly splits: number;
  /** Lost replies, of calls that were carried out or will be later. */
  readonly lostReplies: number;
  /** Publishers that die. */
  readonly deaths: number;
}

/** The name of the publisher that sends all pending results. */
export const RELAY = 'relay';

/** A worker with its own result, or the relay. */
export interface Publisher {
  readonly name: string;
  /** The numbers that it still has to send. The first one is being sent or marked. */
  readonly queue: readonly number[];
  readonly point: 'send' | 'mark';
  /** The publish epoch in which it read its results. */
  readonly epoch: number;
  /** Whether it is filling a gap. */
  readonly filling: boolean;
}

/** The server that the comparison is connected to. */
export type Server = 'master' | 'demoted';

/**
 * The point of the comparison. `listed`: the lanes with marks were listed; the lane may be among them or not. `read`: its last number
 * was read from Redis (`held` is null if the lane was not listed). `taking_back`: its marks are taken back, part by part. `raised`:
 * Redis has not adopted the raised epoch yet. `unmarked`, only without the guard `raiseFirst`: all marks were taken back first.
 */
export type Verification =
  | { readonly point: 'idle' | 'wanted' }
  | { readonly point: 'listed'; readonly isListed: boolean; readonly seen: number | null }
  | { readonly point: 'read' | 'taking_back'; readonly held: number | null; readonly server: Server; readonly seen: number | null }
  | { readonly point: 'unmarked' | 'raised'; readonly server: Server; readonly seen: number | null };

/** Redis adopted an epoch when its stream had `after` entries. A failover may lose this like an entry. */
export interface Adoption {
  readonly epoch: number;
  readonly after: number;
}

/** A master that was replaced and does not know it. A result that is published there is lost. */
export interface Demoted {
  readonly held: number;
  readonly accepts: number | null;
  /** Whether the comparison may still be connected to it. */
  readonly isTrusted: boolean;
}

/** A call that no process waits for any more. */
export type Call = { readonly publish: number; readonly epoch: number } | { readonly adopt: number; readonly seen: number | null };

/** The state of the model. A result is its number. */
export interface PublishingState {
  /** How many results are decided. */
  readonly finished: number;
  /** Which of them are marked as published. */
  readonly marked: readonly number[];
  readonly epoch: number;
  readonly publishers: readonly Publisher[];
  /** Calls that no process waits for any more, and that Redis may still carry out. */
  readonly underWay: readonly Call[];
  readonly stream: readonly number[];
  /** The last number in the hash of Redis. */
  readonly held: number;
  /** The epochs that the master has adopted, in order. It accepts the last one. */
  readonly adoptions: readonly Adoption[];
  readonly demoted: Demoted | null;
  readonly lobby: Lobby;
  readonly verification: Verification;
  readonly injections: PublishingInjections;
}

/** What Lobby has read so far. How much that is matters only at a failover, so the model decides it there. */
export interface Lobby {
  /** How many entries of the stream it has read. */
  readonly position: number;
  /** The last result it has read. */
  readonly last: number;
  /** The results that it has read and Redis has lost. Each may come once more. */
  readonly again: readonly number[];
}

/** The epoch that the master accepts; null when it has adopted none. */
export const accepts = ({ adoptions }: Pick<PublishingState, 'adoptions'>): number | null => adoptions.at(-1)?.epoch ?? null;

/** No result is decided yet, and the first comparison is done. */
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
 * The state as a short text. Publishers and calls under way have no order. Of an epoch, only its distance from the present one
 * matters.
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
