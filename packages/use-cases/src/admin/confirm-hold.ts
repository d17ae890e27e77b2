import { CONFIRMED, type GuardDeps } from '../reconciler/guard-mass-change.js';

/**
 * Allows the acts that the hold `mass_change` stops. The next reconcile passes act again, within their budget; the confirmation
 * ends with the first pass that finds no mass change. Returns false when there is no such hold. A crash in between leaves the
 * hold in force: confirm again.
 * @throws DependencyFault when the store does not answer.
 */
export async function confirmMassChange({ holds, facts }: GuardDeps): Promise<boolean> {
  if (!(await holds.list()).some(({ reason }) => reason === 'mass_change')) return false;
  await facts.set('mass_change_confirmed', CONFIRMED);
  await holds.clear('mass_change');
  return true;
}

/**
 * Accepts the current container engine: the next reconcile pass stores the id of the engine it finds. Returns false when there is
 * no hold `engine_changed`. A crash in between leaves the hold in force: confirm again.
 * @throws DependencyFault when the store does not answer.
 */
export async function confirmEngine({ holds, facts }: GuardDeps): Promise<boolean> {
  if (!(await holds.list()).some(({ reason }) => reason === 'engine_changed')) return false;
  await facts.set('engine_id', null);
  await holds.clear('engine_changed');
  return true;
}
