import type { ContainerEngine } from '@galaxy/manager-ports';
import { makeClaimKeeper } from '../claims/claim-keeper.js';
import { makeWorker } from '../claims/work-operations.js';
import { runLoop } from '../lib/run-loop.js';
import { makeWakeup } from '../lib/wakeup.js';
import { SAFETY_MS } from '../manager/timings.js';
import { makeRunOperation } from '../operations/run-operation.js';
import { makeCircuitBreaker } from '../resilience/circuit-breaker.js';
import { throughBreaker } from '../resilience/through-breaker.js';
import { SETTINGS, TTL_MS } from './replica.test-support.js';
import type { World } from './world.test-support.js';

/** How a shop is set up. */
export interface ShopOptions {
  readonly engine: ContainerEngine;
  /** Whether there is a breaker before the engine. */
  readonly breaker?: boolean;
  readonly windowMs: number;
  readonly startConcurrency?: number;
  readonly stopConcurrency?: number;
}

const LUCK = [0.1, 0.9, 0.4, 0.99, 0.5];

/** Opens a process that works operations off until it is closed; counts what it has claimed. */
export function openShop(world: World, options: ShopOptions) {
  const { clock, observer, journal } = world;
  const { engine, breaker: hasBreaker = true, startConcurrency = 4, stopConcurrency = 4 } = options;
  const counts = { claimed: 0 };
  const stopping = new AbortController();
  let draws = 0;
  const engineCircuit = makeCircuitBreaker({
    clock,
    observer,
    random: { fraction: () => LUCK[draws++ % LUCK.length] ?? 0 },
    circuit: 'container engine',
    dependency: 'container_engine',
    probe: () => engine.ping(),
    signal: stopping.signal,
  });
  const keeper = makeClaimKeeper({ journal, clock, ttlMs: TTL_MS, maxRenewalAgeMs: TTL_MS - SAFETY_MS });
  const work = makeWakeup(clock);
  const runs = makeRunOperation({
    ...world,
    ...SETTINGS,
    unavailableWindowMs: options.windowMs,
    publish: async () => undefined,
    engine: hasBreaker ? throughBreaker(engine, engineCircuit) : engine,
    ...(hasBreaker ? { engineCircuit } : {}),
    work,
  });
  const run: typeof runs = (held) => {
    counts.claimed += 1;
    return runs(held);
  };
  const room = { startConcurrency, stopConcurrency };
  const worker = makeWorker({ ...room, journal, keeper, run, clock, observer, wakeup: work, holder: world.ids.uuid(), ttlMs: TTL_MS });
  void runLoop('work', worker.turn, stopping.signal, world);
  void runLoop('claims', (signal) => clock.sleep(1000, signal).then(keeper.renewAll), stopping.signal, world);
  return { counts, wake: work.wake, close: () => stopping.abort() };
}
