import type { Move } from '../explore.js';
import type { PublishingGuards, PublishingState, Verification } from './state.js';

/** The comparison of Redis with what is marked: wanted after each failover, then a look, then a write. */
export function verifies(guards: PublishingGuards, state: PublishingState): Move<PublishingState>[] {
  const { verification, held, epoch } = state;
  switch (verification.point) {
    case 'idle':
      return [];
    case 'wanted':
      return guards.verify ? [step(state, `reads the last number, ${held}`, { point: 'read', held })] : [];
    case 'read':
      return [takesBack(guards, state, verification.held)];
    case 'unmarked':
      return [step({ ...state, epoch: epoch + 1 }, 'raises the epoch', { point: 'idle' })];
  }
}

function takesBack({ verifyInOneWrite }: PublishingGuards, state: PublishingState, held: number): Move<PublishingState> {
  const unmarked: PublishingState = { ...state, marked: state.marked.filter((number) => number <= held) };
  if (!verifyInOneWrite) return step(unmarked, `takes back the marks above ${held}`, { point: 'unmarked' });
  return step({ ...unmarked, epoch: state.epoch + 1 }, `raises the epoch and takes back the marks above ${held}`, { point: 'idle' });
}

const step = (state: PublishingState, what: string, verification: Verification): Move<PublishingState> => ({
  label: `comparison ${what}`,
  by: 'system',
  to: { ...state, verification },
});
