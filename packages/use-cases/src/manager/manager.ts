import { COORDINATOR_LEASE, type Hold, type JobStream, knownOperation } from '@galaxy/manager-ports';
import { type ClaimKeeper, makeClaimKeeper } from '../claims/claim-keeper.js';
import { watchRenewals } from '../claims/watch-renewals.js';
import { makeWorker } from '../claims/work-operations.js';
import { makePruneHistory } from '../history/prune-history.js';
import { makeIngestJobs } from '../intake/ingest-jobs.js';
import { coordinatorDuty, type DutyTurn, whenTrusted } from '../leadership/coordinator-duty.js';
import { type FailingStreak, makeFailingStreak } from '../leadership/failing-streak.js';
import { makeLeaseHolder } from '../leadership/lease-holder.js';
import { makeRestoreGuard } from '../leadership/restore-guard.js';
import { runLoop } from '../lib/run-loop.js';
import { makeWakeup, type Wakeup } from '../lib/wakeup.js';
import { withTimeout } from '../lib/with-timeout.js';
import { HANDLED_OPERATIONS } from '../operations/handlers.js';
import { makeRunOperation, type RunDeps } from '../operations/run/run-operation.js';
import { makePublishing, type Publishing } from '../publishing/publishing.js';
import { makeReconciler } from '../reconciler/reconcile-runtimes.js';
import { makeTrimJobStreams } from '../trimming/trim-job-streams.js';
import { makeTrimPublished } from '../trimming/trim-published.js';
import type { ManagerPorts, ManagerSettings } from './manager-ports.js';
import { protectPorts } from './protect-ports.js';
import { guardAgainstStalls } from './stall-guard.js';
import {
  DRAIN_MS,
  LOOPS_END_MS,
  RENEW_EVERY_MS,
  RENEW_RETRY_MS,
  SAFETY_MS,
  STEP_DOWN_AFTER_MS,
  TTL_MS,
  VERIFY_TIMEOUT_MS,
} from './timings.js';
import { watchHolds } from './watch-holds.js';

/** The runtime manager of one process. */
export interface Manager {
  /** Starts all loops. Call it once. */
  start(): void;
  /** Looks for work at once. It only saves time: the manager looks every quarter of a second anyway. */
  wake(): void;
  /** Releases all claims and the lease, and ends all loops. Takes about two seconds at most, even if no server answers. */
  stop(): Promise<void>;
  /** Whether this process is the coordinator: the one that ingests jobs, relays results and reconciles. */
  readonly leading: boolean;
  /** The holds in force. */
  readonly holds: readonly Hold[];
}

const READ_BATCH = 500;

/** Composes the use cases over the given ports. Starts nothing. */
export function makeManager(raw: ManagerPorts, settings: ManagerSettings): Manager {
  const stopping = new AbortController();
  const guard = makeRestoreGuard(raw);
  const { ports, engineCircuit } = protectPorts(raw, {
    distrust: guard.distrust,
    signal: stopping.signal,
    unavailableWindowMs: settings.unavailableWindowMs,
  });
  const { clock, observer, journal, leases } = ports;
  const holder = ports.ids.uuid();
  const claimTtlMs = settings.claimTtlMs ?? TTL_MS;
  const maxRenewalAgeMs = claimTtlMs - SAFETY_MS;
  const work = makeWakeup(clock);
  const holds = watchHolds({ holds: ports.holds, clock, observer });
  const keeper = makeClaimKeeper({ journal, clock, ttlMs: claimTtlMs, maxRenewalAgeMs });
  const publishing = publishingOver(ports, settings);
  const run = makeRunOperation({ ...runDeps(ports, settings), engineCircuit, work, publish: publishing.now });
  const { startConcurrency: start, turnConcurrency: turn, stopConcurrency: other } = settings;
  const places = { start, turn, other };
  const known = HANDLED_OPERATIONS.map(knownOperation);
  const worker = makeWorker({ journal, keeper, run, clock, observer, known, places, wakeup: work, holder, ttlMs: claimTtlMs });
  const streak = makeFailingStreak(clock);
  const stepDown = { streak, afterMs: STEP_DOWN_AFTER_MS };
  const lease = makeLeaseHolder({ leases, clock, observer, name: COORDINATOR_LEASE, holder, ttlMs: TTL_MS, stepDown });
  const turns = { ...dutyTurns(ports, settings, { work, publishing, streak }), ...publishing.turns };
  const duty = coordinatorDuty({ guard, clock, observer, turns });

  const letGo = (): void => {
    keeper.letGo();
    lease.letGo();
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
    wake: () => work.wake(),
    start() {
      loops = Promise.all([
        loop('lease', (signal) => lease.turn(duty, signal)),
        loop('claims', (signal) => renewClaims(keeper, ports, signal), { maxPauseMs: RENEW_RETRY_MS }),
        loop('watch-renewals', watchRenewals({ keeper, clock, observer, limitMs: maxRenewalAgeMs })),
        loop('work', (signal) => whenTrusted(guard, clock, worker.turn, signal)),
        loop('holds', holds.turn),
        guardAgainstStalls({ clock, observer, limitMs: maxRenewalAgeMs, letGo }, stopping.signal),
      ]);
    },
    async stop() {
      stopping.abort();
      await worker.shutDown(DRAIN_MS);
      await withTimeout(LOOPS_END_MS, loops, clock);
    },
  };
}

function publishingOver(ports: ManagerPorts, settings: ManagerSettings): Publishing {
  const { resendWithinMs, keepPublishedMs } = settings;
  return makePublishing({ ...ports, resendWithinMs, keepPublishedMs });
}

function runDeps(
  { journal, engine, engineClient, clock, observer, stream }: ManagerPorts,
  { imageAllowlist, readyTimeoutMs, stopGraceMs, unavailableWindowMs }: ManagerSettings,
): Omit<RunDeps, 'engineCircuit' | 'publish' | 'work'> {
  return {
    journal,
    engine,
    engineClient,
    clock,
    observer,
    imageAllowlist,
    readyTimeoutMs,
    stopGraceMs,
    unavailableWindowMs,
    verifyTimeoutMs: VERIFY_TIMEOUT_MS,
    streamKey: (name) => stream.key(name),
  };
}

async function renewClaims(keeper: ClaimKeeper, { clock }: Pick<ManagerPorts, 'clock'>, signal: AbortSignal): Promise<void> {
  await clock.sleep(RENEW_EVERY_MS, signal);
  await keeper.renewAll();
}

interface DutyParts {
  readonly work: Wakeup;
  readonly publishing: Publishing;
  readonly streak: FailingStreak;
}

// The turns that only the coordinator runs, besides publishing: it ingests jobs, compares records with containers, and deletes what is old.
function dutyTurns(ports: ManagerPorts, settings: ManagerSettings, { work, publishing, streak }: DutyParts): Record<string, DutyTurn> {
  const { journal, offsets, clock, ids, observer, engine, engineClient, fleet, holds, facts, history } = ports;
  const ingest = makeIngestJobs({
    stream: countedInto(streak, ports.stream),
    journal,
    offsets,
    clock,
    ids,
    observer,
    work,
    relay: publishing.wakeup,
    batch: READ_BATCH,
    intakePaused: publishing.intakePaused,
  });
  const { intervalMs, graceMs, maxActs, dryRun } = settings.reconcile;
  const limits = { intervalMs, graceMs, maxActs, dryRun };
  const queue = ports.reconcileQueue;
  const reconciler = makeReconciler({ engine, engineClient, fleet, queue, holds, facts, clock, ids, observer, work, ...limits });
  const { historyMs: keepMs, trimJobsMarginMs: marginMs, trimResults: limit, resendWithinMs } = settings;
  return {
    ingest,
    ...(keepMs === null ? {} : { 'prune-history': makePruneHistory({ history, clock, observer, keepMs }) }),
    ...(marginMs === null ? {} : { 'trim-jobs': makeTrimJobStreams({ stream: ports.stream, journal, clock, observer, marginMs }) }),
    ...(limit === null ? {} : { 'trim-results': makeTrimPublished({ ...ports, limit, resendWithinMs }) }),
    reconcile: reconciler.turn,
    'ask-silent': reconciler.ask,
    'watch-fleet': (_, signal) => reconciler.watch(signal),
  };
}

// `wait` is not measured: it can fail for reasons that do not concern reading.
function countedInto(streak: FailingStreak, stream: JobStream): JobStream {
  return {
    key: (name) => stream.key(name),
    read: (after, limit) => streak.run(() => stream.read(after, limit)),
    shapes: () => streak.run(() => stream.shapes()),
    trim: (name, cut) => stream.trim(name, cut),
    wait: (after, maxWaitMs, signal) => stream.wait(after, maxWaitMs, signal),
  };
}
