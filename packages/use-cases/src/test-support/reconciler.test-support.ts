import { COORDINATOR_LEASE, type LeaseGrant, type RuntimeEvent } from '@galaxy/manager-ports';
import { makeWakeup } from '../lib/wakeup.js';
import type { ReconcileReport } from '../reconciler/reconcile-reports.js';
import { makeReconciler, type Reconciler, type ReconcilerDeps } from '../reconciler/reconcile-runtimes.js';
import { makeWorld, plantRuntime, recordOf, type World } from './world.test-support.js';

/** What operators decide about reconciling, as the tests have it. */
export const RECONCILE = { intervalMs: 15_000, graceMs: 10_000, maxActs: 3, dryRun: false } as const;

/** The reconciler of one process over the world. */
export function makeWorldReconciler(world: World, changes: Partial<ReconcilerDeps> = {}) {
  return makeReconciler({ ...world, ...RECONCILE, work: makeWakeup(world.clock), ...changes });
}

/** Takes the coordinator's lease for good. */
export async function leaseOf(world: World, holder = 'reconciler') {
  const lease = await world.leases.acquire(COORDINATOR_LEASE, holder, 1e9);
  if (lease === null) throw new Error('somebody else holds the lease');
  return lease;
}

/** The events of one kind, in order. */
export function eventsOf<K extends RuntimeEvent['kind']>(world: World, kind: K): Extract<RuntimeEvent, { kind: K }>[] {
  return world.events.filter((event): event is Extract<RuntimeEvent, { kind: K }> => event.kind === kind);
}

/** One pass, and what comes of asking the engines that it found silent. */
export async function passAndAsk({ pass, askSilent }: Reconciler, lease: LeaseGrant): Promise<ReconcileReport> {
  const report = await pass(lease);
  return { ...report, drifts: [...report.drifts, ...(await askSilent(lease))] };
}

/** A world, its reconciler under a lease, and a way to let the next pass come. */
export async function setUpReconciler(changes: Parameters<typeof makeWorldReconciler>[1] = {}, world = makeWorld()) {
  const reconciler = makeWorldReconciler(world, changes);
  const lease = await leaseOf(world);
  const pass = () => passAndAsk(reconciler, lease);
  const next = async () => {
    await world.clock.advance(RECONCILE.intervalMs);
    return pass();
  };
  return { world, reconciler, lease, pass, next };
}

/** Per game what was decided. */
export const decisionsOf = ({ drifts }: { drifts: readonly { gameId: string; decision: string }[] }) =>
  Object.fromEntries(drifts.map(({ gameId, decision }) => [gameId, decision]));
/** What was queued, in order. */
export const queuedOf = (world: World) =>
  world.database.operations.map(({ gameId, op, job }) => ({ gameId, op, verdict: 'verdict' in job ? job.verdict : null }));
/** The container that a game's record names. */
export const idOf = (world: World, gameId: string) => recordOf(world, gameId)?.currentContainerId ?? '';
/** So many names of games, in order. */
export const names = (count: number) => Array.from({ length: count }, (_, at) => `g${String(at).padStart(2, '0')}`);

/** So many games whose containers are gone. */
export async function plantLost(world: World, count: number): Promise<string[]> {
  for (const gameId of names(count)) {
    await plantRuntime(world, 'running', gameId);
    await world.engine.remove(idOf(world, gameId));
  }
  return names(count);
}
