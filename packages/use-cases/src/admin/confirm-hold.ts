import { CONFIRMED, type GuardDeps } from '../reconciler/guard-mass-change.js';

/**
 * Allows what the hold `mass_change` keeps back: the next passes may go on, within their budget, until one finds no more
 * than a few acts. Returns false when there is no such hold. A crash on the way leaves the hold: confirm again.
 * @throws DependencyFault when the store does not answer.
 */
export async function confirmMassChange({ holds, facts }: GuardDeps): Promise<boolean> {
  if (!(await holds.list()).some(({ reason }) => reason === 'mass_change')) return false;
  await facts.set('mass_change_confirmed', CONFIRMED);
  await holds.clear('mass_change');
  return true;
}

/**
 * Accepts the present container engine: the next pass remembers whichever it finds. Returns false when there is no hold
 * `engine_changed`. A crash on the way leaves the hold: confirm again.
 * @throws DependencyFault when the store does not answer.
 */
export async function confirmEngine({ holds, facts }: GuardDeps): Promise<boolean> {
  if (!(await holds.list()).some(({ reason }) => reason === 'engine_changed')) return false;
  await facts.set('engine_id', null);
  await holds.clear('engine_changed');
  return true;
}
