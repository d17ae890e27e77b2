import type { Hold, JobStream } from '@galaxy/manager-ports';
import { makeClaimKeeper } from '../claims/claim-keeper.js';
import { makeWorker } from '../claims/work-operations.js';
import { makeIngestJobs } from '../intake/ingest-jobs.js';
import { coordinatorDuty, type DutyTurn, whenTrusted } from '../leadership/coordinator-duty.js';
import { type FailingStreak, makeFailingStreak } from '../leadership/failing-streak.js';
import { makeLeaseHolder } from '../leadership/hold-lease.js';
import { makeRestoreGuard } from '../leadership/restore-guard.js';
import { runLoop } from '../lib/run-loop.js';
import { makeWakeup, type Wakeup } from '../lib/wakeup.js';
import { withTimeout } from '../lib/with-timeout.js';
import { makeRunOperation } from '../operations/run-operation.js';
import { makePublishing, type Publishing } from '../publishing/publishing.js';
import { makeReconciler } from '../reconciler/reconcile-runtimes.js';
import type { ManagerPorts, ManagerSettings } from './manager-ports.js';
import { protectPorts } from './protect-ports.js';
import { guardAgainstStalls } from './stall-guard.js';
import { watchHolds } from './watch-holds.js';

/** The runtime manager of one process. */
export interface Manager {
  /** Sets all loops going. */
  start(): void;
  /** Hands everything back and ends all loops, within about two seconds, whatever the servers do. */
  stop(): Promise<void>;
  /** Whether this process is the one that takes jobs in, relays results and reconciles. */
  readonly leading: boolean;
  /** The holds in force. */
  readonly holds: readonly Hold[];
}

const LEASE = 'coordinator';
const TTL_MS = 5000;
const RENEW_EVERY_MS = 1000;
/** So that after any outage of the store claims are renewed well within the time for which nobody takes them over. */
const RENEW_RETRY_MS = 1000;
const VERIFY_TIMEOUT_MS = 5000;
const DRAIN_MS = 1000;
const READ_BATCH = 500;
/** A claim that is not renewed for longer may be somebody else's. */
const SAFETY_MS = 2000;
/** A leader that can't read jobs for so long leaves the lease to others. */
const GIVE_UP_LEASE_MS = 10_000;
/** How long loops are waited for that still wait for a server. */
const FAREWELL_MS = 500;

/** Puts the use cases together over the given ports. */
export function makeManager(raw: ManagerPorts, settings: ManagerSettings): Manager {
  const stopping = new AbortController();
  const guard = makeRestoreGuard(raw);
  const { ports, engineCircuit } = protectPorts(raw, { distrust: guard.distrust, signal: stopping.signal });
  const { clock, observer } = ports;
  const shared = { ...ports, ...settings, holder: ports.ids.uuid(), ttlMs: settings.claimTtlMs ?? TTL_MS, work: makeWakeup(clock) };
  const holds = watchHolds(ports);
  const keeper = makeClaimKeeper(shared);
  const publishing = makePublishing(shared);
  const run = makeRunOperation({
    ...shared,
    engineCircuit,
    verifyTimeoutMs: VERIFY_TIMEOUT_MS,
    streamKey: (stream) => ports.stream.key(stream),
    publish: publishing.now,
  });
  const worker = makeWorker({ ...shared, keeper, run, wakeup: shared.work });
  const streak = makeFailingStreak(clock);
  const lease = makeLeaseHolder({ ...shared, ttlMs: TTL_MS, name: LEASE, giveUp: { streak, afterMs: GIVE_UP_LEASE_MS } });
  const duty = coordinatorDuty({ guard, clock, observer, turns: { ...dutyTurns(shared, publishing, streak), ...publishing.turns } });

  const letGo = (): void => {
    keeper.letGo();
    lease.letGo();
  };
  const renew = async (signal: AbortSignal): Promise<void> => {
    await clock.sleep(RENEW_EVERY_MS, signal);
    await keeper.renewAll();
  };
  const loop = (name: string, turn: (signal: AbortSignal) => Promise<void>, pauses: { maxPauseMs?: number } = {}) =>
    runLoop(name, turn, stopping.signal, { clock, observer, ...pauses });

  let loops: Promise<unknown> = Promise.resolve();
  return {
    get leading() {
      return lease.held;
    },
    get holds() {
      return holds.inForce;
    },
    start() {
      loops = Promise.all([
        loop('lease', (signal) => lease.turn(duty, signal)),
        loop('claims', renew, { maxPauseMs: RENEW_RETRY_MS }),
        loop('work', (signal) => whenTrusted(guard, clock, worker.turn, signal)),
        loop('holds', holds.turn),
        guardAgainstStalls({ clock, observer, limitMs: shared.ttlMs - SAFETY_MS, letGo }, stopping.signal),
      ]);
    },
    async stop() {
      stopping.abort();
      await worker.shutDown(DRAIN_MS);
      await withTimeout(FAREWELL_MS, loops, clock);
    },
  };
}

type Shared = ManagerPorts & ManagerSettings & { readonly work: Wakeup };

// What one process does for all: takes jobs in, and compares records with containers.
function dutyTurns(shared: Shared, publishing: Publishing, streak: FailingStreak): Record<string, DutyTurn> {
  const ingest = makeIngestJobs({
    ...shared,
    stream: countedInto(streak, shared.stream),
    relay: publishing.wakeup,
    batch: READ_BATCH,
    intakePaused: publishing.intakePaused,
  });
  const reconciler = makeReconciler({ ...shared, ...shared.reconcile, queue: shared.reconcileQueue });
  return {
    ingest: ingest,
    reconcile: reconciler.turn,
    'ask-silent': reconciler.ask,
    'watch-fleet': (_, signal) => reconciler.watch(signal),
  };
}

function countedInto(streak: FailingStreak, stream: JobStream): JobStream {
  return {
    key: (name) => stream.key(name),
    read: (after, limit) => streak.run(() => stream.read(after, limit)),
    shapes: () => streak.run(() => stream.shapes()),
    wait: (after, maxWaitMs, signal) => stream.wait(after, maxWaitMs, signal),
  };
}
