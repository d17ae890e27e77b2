import type { Move } from '../explore.js';
import type { Lobby, PublishingGuards, PublishingState } from './state.js';

/** What the script answers: it is in the stream now or was already, or the last number that is. */
export type Reply = { readonly kind: 'there' } | { readonly kind: 'gap'; readonly held: number };

/** The script that appends a numbered result. */
export function append(guards: PublishingGuards, state: PublishingState, number: number): { after: PublishingState; reply: Reply } {
  const { held, stream } = state;
  if (guards.numberCheck && number <= held) return { after: state, reply: { kind: 'there' } };
  if (guards.gapRefusal && number > held + 1) return { after: state, reply: { kind: 'gap', held } };
  return { after: { ...state, stream: [...stream, number], held: number }, reply: { kind: 'there' } };
}

/** Calls that nobody waits for any more are carried out. */
export const lateAppends = (guards: PublishingGuards, state: PublishingState): Move<PublishingState>[] =>
  state.underWay.map((number, n) => ({
    label: `Redis carries out the publish of ${number} at last`,
    by: 'environment',
    to: append(guards, { ...state, underWay: state.underWay.filter((_, other) => other !== n) }, number).after,
  }));

/** A replica that lacks the last entries takes over; Lobby may have read some of them. */
export function failovers(guards: PublishingGuards, state: PublishingState): Move<PublishingState>[] {
  const { faults, stream, lobby } = state;
  if (faults.failovers === 0) return [];
  return stream.flatMap((_, kept) => {
    const first = Math.max(kept, lobby.position);
    return stream
      .slice(first)
      .concat(0)
      .map((__, more) => failover(guards, state, kept, first + more));
  });
}

function failover(guards: PublishingGuards, state: PublishingState, kept: number, read: number): Move<PublishingState> {
  const { stream, faults } = state;
  const isRead = read > kept ? `, of which Lobby has read ${stream.slice(kept, read).join(' ')}` : '';
  return {
    label: `failover: Redis loses ${stream.slice(kept).join(' ')}${isRead}`,
    by: 'environment',
    to: {
      ...state,
      stream: stream.slice(0, kept),
      held: guards.lostTogether ? (stream[kept - 1] ?? 0) : state.held,
      lobby: afterLoss(guards, lobbyAt(state, read).lobby, stream, kept),
      verification: { point: 'wanted' },
      faults: { ...faults, failovers: faults.failovers - 1 },
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

/** Lobby once it has read that many entries, and what it can't make sense of on the way. */
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
