import { HeldRowFault } from '@galaxy/manager-ports';
import type { DependencyFault } from '@galaxy/ports';
import { type CircuitBreaker, makeCircuitBreaker } from '../resilience/circuit-breaker.js';
import { noticeFaults } from '../resilience/notice-faults.js';
import { throughBreaker } from '../resilience/through-breaker.js';
import type { ManagerPorts } from './manager-ports.js';

/** What the protected ports report to, and when their probes end. */
export interface Protection {
  /** Called whenever the database did not answer: another database may answer next. */
  readonly distrust: () => void;
  /** Ends the probes of servers that do not answer. */
  readonly signal: AbortSignal;
  /** How long an operation waits for a container engine that does not answer, in milliseconds. */
  readonly unavailableWindowMs: number;
}

const MAX_PAUSE_MS = 10_000;

/** The ports as the manager uses them, and the circuit breaker of the container engine. */
export interface ProtectedPorts {
  readonly ports: ManagerPorts;
  readonly engineCircuit: Pick<CircuitBreaker, 'retryInMs'>;
}

/**
 * Puts circuit breakers before the container engine and before publishing, so that other work does not wait for a server that
 * does not answer. The database has no breaker: renewals of claims and leases must reach it at once, and its calls have short
 * deadlines. Reading jobs has none either: it is one loop, which pauses between its tries.
 */
export function protectPorts(raw: ManagerPorts, { distrust, signal, unavailableWindowMs }: Protection): ProtectedPorts {
  // A database that tells of a held row has answered.
  const isSilence = (fault: DependencyFault) => fault.dependency === 'postgres' && !(fault instanceof HeldRowFault);
  const noticed = <T extends object>(port: T): T => noticeFaults(port, (fault) => isSilence(fault) && distrust());
  const { clock, random, observer } = raw;
  const engine = makeCircuitBreaker({
    clock,
    random,
    observer,
    signal,
    circuit: 'container_engine',
    dependency: 'container_engine',
    // A job that comes when the engine is back must learn it within its window, however long the engine was away before.
    maxPauseMs: Math.min(MAX_PAUSE_MS, unavailableWindowMs / 4),
    probe: () => raw.engine.ping(),
  });
  const publishing = makeCircuitBreaker({
    clock,
    random,
    observer,
    signal,
    circuit: 'publishing',
    dependency: 'redis',
    // Short pauses: a probe is cheap, and results wait for it.
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
      // `watch` does not go through the breaker: it is one long call, and it ends by itself when the engine does not answer.
      fleet: { list: () => engine.run(() => fleet.list()), watch: (onHint, until) => fleet.watch(onHint, until) },
      results: throughBreaker(raw.results, publishing),
      deadLetters: throughBreaker(raw.deadLetters, publishing),
      ...(raw.outcomes !== undefined && { outcomes: throughBreaker(raw.outcomes, publishing) }),
    },
  };
}
