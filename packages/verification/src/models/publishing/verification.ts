import type { Move } from '../explore.js';
import { adopt } from './redis.js';
import type { PublishingGuards, PublishingState, Server, Verification } from './state.js';
import { accepts } from './state.js';

/**
 * The comparison of Redis with the marks. It lists the lanes with marks, reads their last numbers from Redis, takes back marks, and
 * lets Redis adopt the raised epoch. It may die at any point, and then starts again.
 */
export function verifies(guards: PublishingGuards, state: PublishingState): Move<PublishingState>[] {
  const { verification, injections } = state;
  const steps = stepsFrom(guards, state);
  if (injections.deaths === 0 || verification.point === 'idle' || verification.point === 'wanted') return steps;
  const dead = { ...state, injections: { ...injections, deaths: injections.deaths - 1 } };
  return [...steps, { ...step(dead, 'dies', { point: 'wanted' }), by: 'environment' }];
}

function stepsFrom(guards: PublishingGuards, state: PublishingState): Move<PublishingState>[] {
  const { verification, marked } = state;
  switch (verification.point) {
    case 'idle':
      return [];
    case 'wanted':
      return guards.verify
        ? [step(state, 'lists what has marks', { point: 'listed', isListed: marked.length > 0, seen: accepts(state) })]
        : [];
    case 'listed':
      return reads(state, verification);
    case 'read':
      return [guards.raiseFirst ? raises(state, { ...verification, point: 'taking_back' }) : takesAllBack(guards, state, verification)];
    case 'taking_back':
      return takesBack(guards, state, verification);
    case 'unmarked':
      return [raises(state, { ...verification, point: 'raised' })];
    case 'raised':
      return adopts(guards, state, verification);
  }
}

// The comparison may still be connected to the demoted master, but only once, because it will notice that.
function reads(state: PublishingState, { isListed, seen }: Listed): Move<PublishingState>[] {
  const { held, demoted } = state;
  const label = (number: number) => (isListed ? `reads the last number, ${number}` : 'has nothing to ask for');
  const master = step(state, label(held), { point: 'read', held: isListed ? held : null, server: 'master', seen });
  if (demoted?.isTrusted !== true) return [master];
  const misled = { ...state, demoted: { ...demoted, isTrusted: false } };
  const read: Verification = { point: 'read', held: isListed ? demoted.held : null, server: 'demoted', seen: demoted.accepts };
  return [master, { ...step(misled, `is with the demoted master and ${label(demoted.held)}`, read), by: 'environment' }];
}

type Listed = Extract<Verification, { readonly isListed: boolean }>;
type TakingBack = Extract<Verification, { readonly held: number | null }>;
type Raised = Exclude<Extract<Verification, { readonly server: Server }>, TakingBack>;

const lostOf = (guards: PublishingGuards, { marked }: PublishingState, { held }: TakingBack): readonly number[] => {
  const kept = held ?? (guards.takeBackUnlisted ? 0 : Number.POSITIVE_INFINITY);
  return marked.filter((number) => number > kept);
};

// It takes back marks in parts, in any order; here each part is one mark. One write takes back a part and raises the epoch.
function takesBack(guards: PublishingGuards, state: PublishingState, verification: TakingBack): Move<PublishingState>[] {
  const lost = lostOf(guards, state, verification);
  const { server, seen } = verification;
  if (lost.length === 0) return [raises(state, { point: 'raised', server, seen })];
  return lost.map((number) => {
    const part = { ...state, marked: state.marked.filter((one) => one !== number), epoch: state.epoch + 1 };
    return step(part, `takes back the mark of ${number} and raises the epoch`, { ...verification, point: 'taking_back' });
  });
}

function takesAllBack(guards: PublishingGuards, state: PublishingState, verification: TakingBack): Move<PublishingState> {
  const { server, seen } = verification;
  const lost = lostOf(guards, state, verification);
  const unmarked = { ...state, marked: state.marked.filter((number) => !lost.includes(number)) };
  return step(unmarked, `takes back ${lost.length === 0 ? 'nothing' : `the marks of ${lost.join(', ')}`}`, {
    point: 'unmarked',
    server,
    seen,
  });
}

const raises = (state: PublishingState, next: Verification): Move<PublishingState> =>
  step({ ...state, epoch: state.epoch + 1 }, 'raises the epoch', next);

function adopts(guards: PublishingGuards, state: PublishingState, { server, seen }: Raised): Move<PublishingState>[] {
  const { epoch, injections, underWay } = state;
  const after = adopt(guards, state, { epoch, seen, server });
  if (after === null) return [step(state, 'finds Redis changed since it looked', { point: 'wanted' })];
  const label = server === 'master' ? 'has Redis adopt the epoch' : 'has the demoted master adopt the epoch';
  const done = step(after, label, { point: server === 'master' ? 'idle' : 'wanted' });
  if (injections.lostReplies === 0) return [done];
  const spent = { ...injections, lostReplies: injections.lostReplies - 1 };
  const lost = step({ ...after, injections: spent }, `${label}, reply lost`, { point: 'wanted' });
  const late = { ...state, underWay: [...underWay, { adopt: epoch, seen }], injections: spent };
  const isLate = step(late, `${label}, not answered and still under way`, { point: 'wanted' });
  return [done, { ...lost, by: 'environment' }, { ...isLate, by: 'environment' }];
}

const step = (state: PublishingState, what: string, verification: Verification): Move<PublishingState> => ({
  label: `comparison ${what}`,
  by: 'system',
  to: { ...state, verification },
});
