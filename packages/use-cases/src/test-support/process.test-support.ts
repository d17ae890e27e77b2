import { MemoryJobStream, MemoryStreamOffsetStore } from '@galaxy/adapter-memory';
import type { DependencyFault } from '@galaxy/ports';
import { makeClaimKeeper } from '../claims/claim-keeper.js';
import { makeWorker } from '../claims/work-operations.js';
import { makeIngestJobs } from '../intake/ingest-jobs.js';
import { makeLeaseHolder } from '../leadership/hold-lease.js';
import { runLoop } from '../lib/run-loop.js';
import { makeWakeup } from '../lib/wakeup.js';
import { makeRunOperation } from '../operations/run-operation.js';
import { makeOutboxPublisher } from '../publishing/publish-outbox.js';
import { makeReconciler } from '../reconciler/reconcile-runtimes.js';
import { altered, type Call, intercept } from './intercept.test-support.js';
import { SETTINGS, TTL_MS } from './operation-runner.test-support.js';
import type { World } from './world.test-support.js';

/** Which server is behind a port, as faults name it. */
export const SERVERS: Readonly<Record<string, DependencyFault['dependency']>> = {
  journal: 'postgres',
  outbox: 'postgres',
  leases: 'postgres',
  queue: 'postgres',
  holds: 'postgres',
  facts: 'postgres',
  engine: 'container_engine',
  fleet: 'container_engine',
};

/** Often, so that much of it meets with everything else. */
const RECONCILE = { intervalMs: 3000, graceMs: 2000, maxActs: 3, dryRun: false } as const;

/** Sets a whole process going: intake, relay, worker, renewals and reconciler, every call of a port passing through `handle`. */
export function openProcess(world: World, handle: (call: Call) => Promise<unknown>, signal: AbortSignal): void {
  const { clock, observer } = world;
  const journal = intercept('journal', world.journal, handle);
  const results = intercept('results', world.results, handle);
  const deadLetters = intercept('deadLetters', world.deadLetters, handle);
  const outbox = intercept('outbox', world.outbox, handle);
  const engine = intercept('engine', world.engine, handle);
  const leases = intercept('leases', world.leases, handle);
  const offsets = intercept('offsets', new MemoryStreamOffsetStore(world.streams), handle);
  const reader = new MemoryJobStream(world.streams);
  const stream = altered(intercept('stream', reader, handle), {
    key: (name) => reader.key(name),
    wait: (_, ms, signal) => clock.sleep(Math.min(ms, 500), signal),
  });

  const work = makeWakeup(clock);
  const relay = makeWakeup(clock);
  const holder = world.ids.uuid();
  const publisher = makeOutboxPublisher({ outbox, results, deadLetters, observer });
  const keeper = makeClaimKeeper({ journal, clock, ttlMs: TTL_MS });
  const run = makeRunOperation({ ...world, ...SETTINGS, unavailableWindowMs: 600_000, journal, engine, publish: publisher.now });
  const room = { startConcurrency: 2, stopConcurrency: 2 };
  const worker = makeWorker({ ...room, journal, keeper, run, clock, observer, wakeup: work, holder, ttlMs: TTL_MS });
  const ingest = makeIngestJobs({
    stream,
    journal,
    offsets,
    clock,
    ids: world.ids,
    observer,
    work,
    relay,
    batch: 3,
    intakePaused: () => false,
  });
  const lease = makeLeaseHolder({ leases, clock, observer, name: 'duty', holder, ttlMs: 5000 });

  const reconciler = makeReconciler({
    ...world,
    ...RECONCILE,
    engine,
    work,
    fleet: altered(intercept('fleet', world.fleet, handle), { watch: (onHint, stop) => world.fleet.watch(onHint, stop) }),
    queue: intercept('queue', world.queue, handle),
    holds: intercept('holds', world.holds, handle),
    facts: intercept('facts', world.facts, handle),
  });

  const loop = (name: string, turn: (stop: AbortSignal) => Promise<void>, until = signal) => runLoop(name, turn, until, world);
  const relaying = async (stop: AbortSignal): Promise<void> => {
    if (!(await publisher.relay())) await relay.wait(1000, stop);
  };
  void loop('claims', async (stop) => {
    await clock.sleep(1000, stop);
    await keeper.renewAll();
  });
  void loop('work', worker.turn);
  void loop('lease', (stop) =>
    lease.turn(async (grant, held) => {
      await Promise.all([
        loop('ingest', (until) => ingest(grant, until), held),
        loop('relay', relaying, held),
        loop('reconcile', (until) => reconciler.turn(grant, until), held),
        loop('ask', (until) => reconciler.ask(grant, until), held),
        loop('fleet', reconciler.watch, held),
      ]);
    }, stop),
  );
}
