import { type CircuitBreaker, makeCircuitBreaker } from '../resilience/circuit-breaker.js';
import { noticeFaults } from '../resilience/notice-faults.js';
import { throughBreaker } from '../resilience/through-breaker.js';
import type { ManagerPorts } from './manager-ports.js';

/** What stands between the manager and its ports. */
export interface Protection {
  /** Called whenever the database did not answer: it may be another one when it does. */
  readonly distrust: () => void;
  /** Ends the probing of servers that do not answer. */
  readonly signal: AbortSignal;
}

/** The ports as the manager uses them, and the breaker before the container engine. */
export interface ProtectedPorts {
  readonly ports: ManagerPorts;
  readonly engineCircuit: Pick<CircuitBreaker, 'retryInMs'>;
}

/**
 * Puts breakers before the container engine and before publishing, so that a server which does not answer costs nobody
 * else's time. The database has none: whatever renews claims and leases must ask it at once, and its calls end soon. Nor
 * has the reading of jobs, which is one loop that waits between its tries.
 */
export function protectPorts(raw: ManagerPorts, { distrust, signal }: Protection): ProtectedPorts {
  const noticed = <T extends object>(port: T): T => noticeFaults(port, (fault) => fault.dependency === 'postgres' && distrust());
  const { clock, random, observer } = raw;
  const engine = makeCircuitBreaker({
    clock,
    random,
    observer,
    signal,
    circuit: 'container_engine',
    dependency: 'container_engine',
    probe: () => raw.engine.ping(),
  });
  const publishing = makeCircuitBreaker({
    clock,
    random,
    observer,
    signal,
    circuit: 'publishing',
    dependency: 'redis',
    // A probe costs next to nothing, and results wait for it.
    maxPauseMs: 2000,
    probe: () => raw.results.state().then(() => undefined),
  });
  const { fleet } = raw;
  return {
    engineCircuit: engine,
    ports: {
      ...raw,
      journal: noticed(raw.journal),
      outbox: noticed(raw.outbox),
      leases: noticed(raw.leases),
      engine: throughBreaker(raw.engine, engine),
      // Following changes lasts for as long as it goes well: it ends by itself when the engine is away.
      fleet: { list: () => engine.run(() => fleet.list()), watch: (onHint, until) => fleet.watch(onHint, until) },
      results: throughBreaker(raw.results, publishing),
      deadLetters: throughBreaker(raw.deadLetters, publishing),
    },
  };
}
