import type { Observer, RuntimeEvent } from '@galaxy/ports';
import { makeReconciler, type ReconcilerDeps } from './reconcile-runtimes.js';
import { makeWakeup } from './wakeup.js';
import type { World } from './world.test-support.js';

/** What operators decide about reconciling, as the tests have it. */
export const RECONCILE = { intervalMs: 15_000, graceMs: 10_000, maxActs: 3, dryRun: false } as const;

/** The reconciler of one process over the world. */
export function makeWorldReconciler(world: World, changes: Partial<ReconcilerDeps> = {}) {
  return makeReconciler({ ...world, ...RECONCILE, work: makeWakeup(world.clock), ...changes });
}

/** Takes the reconciler's lease for good. */
export async function leaseOf(world: World, holder = 'reconciler') {
  const lease = await world.leases.acquire('reconcile', holder, 1e9);
  if (lease === null) throw new Error('somebody else holds the lease');
  return lease;
}

/** The events of one kind, in order. */
export function eventsOf<K extends RuntimeEvent['kind']>(world: World, kind: K): Extract<RuntimeEvent, { kind: K }>[] {
  return world.events.filter((event): event is Extract<RuntimeEvent, { kind: K }> => event.kind === kind);
}

/** Nobody is told. */
export const SILENT: Observer = { observe: () => undefined };
