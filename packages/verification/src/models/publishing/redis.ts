import type { Move } from '../explore.js';
import type { Adoption, Call, Demoted, Lobby, PublishingGuards, PublishingState, Server } from './state.js';
import { accepts } from './state.js';

/**
 * The answer of the script. `there`: the result is in the stream, since now or before. `gap`: `held` is the last number in the
 * stream. `other_epoch`: the server accepts another epoch.
 */
export type Reply = { readonly kind: 'there' | 'other_epoch' } | { readonly kind: 'gap'; readonly held: number };

/** A numbered result, with the epoch in which its publisher read it. */
export interface Publish {
  readonly number: number;
  readonly epoch: number;
}

/** The script that appends a numbered result. */
export function append(guards: PublishingGuards, state: PublishingState, publish: Publish): { after: PublishingState; reply: Reply } {
  const reply = judge(guards, { held: state.held, accepts: accepts(state) }, publish);
  if (reply !== null) return { after: state, reply };
  const { number } = publish;
  return { after: { ...state, stream: [...state.stream, number], held: number }, reply: { kind: 'there' } };
}

/** The same script on a demoted master. Nobody reads its stream. */
export function appendToDemoted(
  guards: PublishingGuards,
  state: PublishingState,
  demoted: Demoted,
  publish: Publish,
): { after: PublishingState; reply: Reply } {
  const reply = judge(guards, demoted, publish);
  if (reply !== null) return { after: state, reply };
  return { after: { ...state, demoted: { ...demoted, held: publish.number } }, reply: { kind: 'there' } };
}

/** The answer when nothing is appended; null when the result is. */
function judge(guards: PublishingGuards, server: Pick<Demoted, 'held' | 'accepts'>, { number, epoch }: Publish): Reply | null {
  if (guards.epochInRedis && server.accepts !== epoch) return { kind: 'other_epoch' };
  if (guards.numberCheck && number <= server.held) return { kind: 'there' };
  if (guards.gapRefusal && number > server.held + 1) return { kind: 'gap', held: server.held };
  return null;
}

/** The script that adopts an epoch. Null when it refuses: the server knows another epoch than the one that was seen. */
export function adopt(guards: PublishingGuards, state: PublishingState, { epoch, seen, server }: Adopting): PublishingState | null {
  const { demoted, adoptions, stream } = state;
  const known = knownTo(server, state);
  if (guards.adoptUnchanged && known !== seen && known !== epoch) return null;
  if ((known ?? -1) >= epoch) return state;
  if (server === 'master') return { ...state, adoptions: [...adoptions, { epoch, after: stream.length }] };
  return demoted === null ? state : { ...state, demoted: { ...demoted, accepts: epoch } };
}

const knownTo = (server: Server, state: PublishingState): number | null =>
  server === 'master' ? accepts(state) : (state.demoted?.accepts ?? null);

/** The new epoch, and the one that the server knew before it was compared. */
interface Adopting {
  readonly epoch: number;
  readonly seen: number | null;
  readonly server: Server;
}

/** Moves that carry out a call which no process waits for any more. */
export const lateCalls = (guards: PublishingGuards, state: PublishingState): Move<PublishingState>[] =>
  state.underWay.map((call, n) => {
    const rest = { ...state, underWay: state.underWay.filter((_, other) => other !== n) };
    return { label: `Redis ${whatOf(call)} late`, by: 'environment', to: carryOut(guards, rest, call) };
  });

const whatOf = (call: Call): string => ('adopt' in call ? `adopts epoch ${call.adopt}` : `carries out the publish of ${call.publish}`);

const carryOut = (guards: PublishingGuards, state: PublishingState, call: Call): PublishingState =>
  'adopt' in call
    ? (adopt(guards, state, { epoch: call.adopt, seen: call.seen, server: 'master' }) ?? state)
    : append(guards, state, { number: call.publish, epoch: call.epoch }).after;

/** A replica without the last entries, or without the last adoption, takes over. Lobby may have read some of these entries. */
export function failovers(guards: PublishingGuards, state: PublishingState): Move<PublishingState>[] {
  const { injections, stream, lobby } = state;
  if (injections.failovers === 0) return [];
  return cutsOf(state).flatMap((cut) => {
    const first = Math.max(cut.kept, lobby.position);
    const reads = Array.from({ length: Math.max(1, stream.length - first + 1) }, (_, more) => first + more);
    return reads.flatMap((read) => [
      failover(guards, state, cut, read, false),
      ...(injections.splits > 0 ? [failover(guards, state, cut, read, true)] : []),
    ]);
  });
}

/** Redis is emptied, and no connection is lost. A comparison that is under way does not notice it. */
export function flushes(guards: PublishingGuards, state: PublishingState): Move<PublishingState>[] {
  const { injections, stream, lobby, verification } = state;
  if (injections.flushes === 0) return [];
  const reads = Array.from({ length: stream.length - lobby.position + 1 }, (_, more) => lobby.position + more);
  return reads.map((read) => ({
    label: `Redis is emptied of ${stream.join(' ')}${read > 0 ? `, of which Lobby has read ${stream.slice(0, read).join(' ')}` : ''}`,
    by: 'environment',
    to: {
      ...state,
      stream: [],
      held: 0,
      adoptions: [],
      lobby: afterLoss(guards, lobbyAt(state, read).lobby, stream, 0),
      verification: verification.point === 'idle' ? { point: 'wanted' } : verification,
      injections: { ...injections, flushes: injections.flushes - 1 },
    },
  }));
}

/** The entries that a replica has, and the epochs that it has adopted. */
interface Cut {
  readonly kept: number;
  readonly adoptions: readonly Adoption[];
}

function cutsOf({ stream, adoptions }: PublishingState): Cut[] {
  return Array.from({ length: stream.length + 1 }, (_, kept) => kept).flatMap((kept) => {
    const before = adoptions.filter(({ after }) => after < kept).length;
    const until = adoptions.filter(({ after }) => after <= kept).length;
    const cuts = Array.from({ length: until - before + 1 }, (_, more) => ({ kept, adoptions: adoptions.slice(0, before + more) }));
    return cuts.filter((cut) => kept < stream.length || cut.adoptions.length < adoptions.length);
  });
}

function failover(guards: PublishingGuards, state: PublishingState, cut: Cut, read: number, isSplit: boolean): Move<PublishingState> {
  const { stream, injections, held, adoptions } = state;
  const { kept } = cut;
  const isRead = read > kept ? `, of which Lobby has read ${stream.slice(kept, read).join(' ')}` : '';
  const isAdoptionLost = cut.adoptions.length < adoptions.length;
  const lost = [...stream.slice(kept), ...(isAdoptionLost ? [`epoch ${String(accepts(state))}`] : [])].join(' ');
  const demoted = { held, accepts: accepts(state), isTrusted: true };
  return {
    label: `failover: Redis loses ${lost}${isRead}${isSplit ? '; some stay with the demoted master' : ''}`,
    by: 'environment',
    to: {
      ...state,
      stream: stream.slice(0, kept),
      held: guards.lostTogether ? (stream[kept - 1] ?? 0) : held,
      adoptions: cut.adoptions,
      demoted: isSplit ? demoted : state.demoted,
      lobby: afterLoss(guards, lobbyAt(state, read).lobby, stream, kept),
      verification: { point: 'wanted' },
      injections: { ...injections, failovers: injections.failovers - 1, splits: injections.splits - (isSplit ? 1 : 0) },
    },
  };
}

function afterLoss(
  { lobbyExpectsLosses }: PublishingGuards,
  { position, last, again }: Lobby,
  stream: readonly number[],
  kept: number,
): Lobby {
  const lost = lobbyExpectsLosses ? stream.slice(kept, position) : [];
  return { last, position: Math.min(position, kept), again: [...new Set([...again, ...lost])].sort() };
}

/** Lobby after it has read up to a position, and the first result that it did not expect. */
export function lobbyAt({ lobby, stream }: PublishingState, position: number): { lobby: Lobby; wrong: string | null } {
  let { last, again } = lobby;
  let wrong: string | null = null;
  for (const number of stream.slice(lobby.position, position)) {
    if (number !== last + 1 && !again.includes(number)) wrong ??= `Lobby reads ${number} after ${last}`;
    again = again.filter((other) => other !== number);
    last = number;
  }
  return { lobby: { position: Math.max(position, lobby.position), last, again }, wrong };
}
