import type { Move } from '../explore.js';
import { append, appendToDemoted, type Reply } from './redis.js';
import type { Publisher, PublishingGuards, PublishingInjections, PublishingScope, PublishingState } from './state.js';
import { accepts, RELAY } from './state.js';

/** A worker decides the next result and will publish it at once, or dies before it does. */
export function finishes(state: PublishingState, { results, workers }: PublishingScope): Move<PublishingState>[] {
  const busy = state.publishers.filter(({ name }) => name !== RELAY).length;
  if (state.finished === results || busy === workers) return [];
  const number = state.finished + 1;
  const after: PublishingState = { ...state, finished: number };
  const worker: Publisher = { name: `worker ${number}`, queue: [number], point: 'send', epoch: state.epoch, filling: false };
  const move: Move<PublishingState> = {
    label: `worker ${number} finishes result ${number}`,
    by: 'system',
    to: { ...after, publishers: [...state.publishers, worker] },
  };
  if (state.injections.deaths === 0) return [move];
  return [move, { label: `${move.label} and dies`, by: 'environment', to: spend(after, 'deaths') }];
}

/** The relay reads all results that are not marked. */
export function relayReads(state: PublishingState): Move<PublishingState>[] {
  const pending = numbersFrom(1, state.finished).filter((number) => !state.marked.includes(number));
  if (pending.length === 0 || state.publishers.some(({ name }) => name === RELAY)) return [];
  const relay: Publisher = { name: RELAY, queue: pending, point: 'send', epoch: state.epoch, filling: false };
  return [{ label: `relay finds ${pending.join(' ')} pending`, by: 'system', to: { ...state, publishers: [...state.publishers, relay] } }];
}

/** The next moves of every publisher, and its death. */
export const publishes = (guards: PublishingGuards, state: PublishingState): Move<PublishingState>[] =>
  state.publishers.flatMap((publisher) => {
    const moves = publisher.point === 'send' ? sends(guards, state, publisher) : [marks(guards, state, publisher)];
    if (state.injections.deaths === 0) return moves;
    return [...moves, { label: `${publisher.name} dies`, by: 'environment', to: spend(become(state, publisher, null), 'deaths') }];
  });

function sends(guards: PublishingGuards, state: PublishingState, publisher: Publisher): Move<PublishingState>[] {
  const [number = 0] = publisher.queue;
  const publish = { number, epoch: publisher.epoch };
  const { after, reply } = append(guards, state, publish);
  const label = `${publisher.name} publishes ${number}`;
  const moves = [answered(after, publisher, reply, label), ...toDemoted(guards, state, publisher, number)];
  if (state.injections.lostReplies === 0) return moves;
  const gone = spend(become(state, publisher, null), 'lostReplies');
  const underWay = [...gone.underWay, { publish: number, epoch: publisher.epoch }];
  return [
    ...moves,
    { label: `${label}, reply lost`, by: 'environment', to: append(guards, gone, publish).after },
    { label: `${label}, not answered and still under way`, by: 'environment', to: { ...gone, underWay } },
  ];
}

// A publisher that has not noticed the failover publishes to the demoted master, whose stream nobody reads.
function toDemoted(guards: PublishingGuards, state: PublishingState, publisher: Publisher, number: number): Move<PublishingState>[] {
  if (state.demoted === null) return [];
  const { after, reply } = appendToDemoted(guards, state, state.demoted, { number, epoch: publisher.epoch });
  const move = answered(after, publisher, reply, `${publisher.name} publishes ${number} to the demoted master`);
  return [{ ...move, by: 'environment' }];
}

function answered(after: PublishingState, publisher: Publisher, reply: Reply, label: string): Move<PublishingState> {
  switch (reply.kind) {
    case 'there':
      return { label, by: 'system', to: become(after, publisher, { ...publisher, point: 'mark' }) };
    case 'gap':
      return { label: `${label}: gap after ${reply.held}`, by: 'system', to: become(after, publisher, fill(after, publisher, reply.held)) };
    case 'other_epoch':
      return { label: `${label}: refused, of another epoch`, by: 'system', to: refused(after, publisher) };
  }
}

// A worker leaves its result to the relay. The relay asks for a comparison, unless it read its results before the last one.
function refused(state: PublishingState, publisher: Publisher): PublishingState {
  const after = become(state, publisher, null);
  const isNews = publisher.name === RELAY && state.verification.point === 'idle' && accepts(state) !== state.epoch;
  return isNews ? { ...after, verification: { point: 'wanted' } } : after;
}

// A publisher that meets a gap sends every result from there on. If it meets a gap again, it stops, and the relay starts again.
const fill = (state: PublishingState, publisher: Publisher, held: number): Publisher | null =>
  publisher.filling ? null : { ...publisher, queue: numbersFrom(held + 1, state.finished), filling: true };

function marks(guards: PublishingGuards, state: PublishingState, publisher: Publisher): Move<PublishingState> {
  const [number = 0, ...queue] = publisher.queue;
  const counts = !guards.markUnderEpoch || publisher.epoch === state.epoch;
  const marked = counts && !state.marked.includes(number) ? [...state.marked, number] : state.marked;
  const next: Publisher | null = queue.length === 0 ? null : { ...publisher, queue, point: 'send' };
  const to = become({ ...state, marked }, publisher, next);
  return { label: `${publisher.name} marks ${number}${counts ? '' : ': of an older epoch, does not count'}`, by: 'system', to };
}

const become = (state: PublishingState, before: Publisher, after: Publisher | null): PublishingState => {
  const others = state.publishers.filter((publisher) => publisher !== before);
  return { ...state, publishers: after === null ? others : [...others, after] };
};

const spend = (state: PublishingState, injection: keyof PublishingInjections): PublishingState => ({
  ...state,
  injections: { ...state.injections, [injection]: state.injections[injection] - 1 },
});

const numbersFrom = (from: number, to: number): number[] => Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => from + n);
