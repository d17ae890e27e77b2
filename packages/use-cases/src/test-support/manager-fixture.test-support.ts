import { MemoryJobStream, MemoryStreamOffsetStore } from '@galaxy/adapter-memory';
import type { Clock, ContainerFleet, JobStream } from '@galaxy/manager-ports';
import { makeManager } from '../manager/manager.js';
import type { ManagerPorts, ManagerSettings } from '../manager/manager-ports.js';
import { altered, type Call, intercept } from './intercept.test-support.js';
import { gatedClock, makeGate, type ProcessGate } from './process-gate.test-support.js';
import { pass, type World } from './world.test-support.js';

/** What operators decide, as the tests have it. */
const SETTINGS: ManagerSettings = {
  imageAllowlist: ['games/*'],
  readyTimeoutMs: 5000,
  stopGraceMs: 1000,
  unavailableWindowMs: 600_000,
  startConcurrency: 4,
  turnConcurrency: 4,
  stopConcurrency: 4,
  reconcile: { intervalMs: 15_000, graceMs: 10_000, maxActs: 3, dryRun: false },
  resendWithinMs: 3_600_000,
  keepPublishedMs: 86_400_000,
  trimJobsMarginMs: 3_600_000,
  trimResults: { kind: 'age', ms: 3_600_000 },
  historyMs: 90 * 86_400_000,
};

/** How one process differs from the others. */
export interface ProcessOptions {
  readonly settings?: Partial<ManagerSettings>;
  /** Handles every call of a port of this process; without it every call goes through. */
  readonly onCall?: (call: Call) => Promise<unknown>;
}

/** A process that runs the real manager on the servers of a world. Several of them share one world. */
export interface ManagerProcess extends Pick<ProcessGate, 'kill' | 'freeze' | 'thaw' | 'isFrozen'> {
  /** Shuts it down in order, while time passes. */
  stop(): Promise<void>;
  /** Whether it holds the coordinator's lease. */
  isLeading(): boolean;
}

/** Starts a process of the manager. It runs whenever the clock of the world is moved on. */
export function openManager(world: World, { settings = {}, onCall = ({ go }) => go() }: ProcessOptions = {}): ManagerProcess {
  const gate = makeGate();
  const manager = makeManager(portsOf(world, gate, onCall), { ...SETTINGS, ...settings });
  manager.start();
  return {
    ...gate,
    stop: () => pass(world, manager.stop()),
    isLeading: () => manager.leading,
  };
}

/** Moves the clock on until the condition holds. */
export async function runUntil(world: World, holds: () => boolean, limitMs = 600_000, stepMs = 250): Promise<void> {
  const deadline = world.clock.monotonicMs() + limitMs;
  await world.clock.advance(0);
  while (!holds()) {
    if (world.clock.monotonicMs() >= deadline) throw new Error(`it does not come to that within ${String(limitMs)} ms`);
    await world.clock.advance(stepMs);
  }
}

/** Whether every operation has ended and every message is marked as published. */
export function isQuiet({ database: { operations, outbox } }: World): boolean {
  return operations.every(({ finishedAt }) => finishedAt !== null) && outbox.every(({ published }) => published);
}

function portsOf(world: World, gate: ProcessGate, onCall: (call: Call) => Promise<unknown>): ManagerPorts {
  const port = <T extends object>(name: string, target: T): T => intercept(name, target, (call) => gate.call(() => onCall(call)));
  const clock = gatedClock(world, gate);
  const draws = drawsOf();
  return {
    clock,
    ids: world.ids,
    random: { fraction: draws },
    observer: world.observer,
    journal: port('journal', world.journal),
    outbox: port('outbox', world.outbox),
    leases: port('leases', world.leases),
    reconcileQueue: port('reconcileQueue', world.queue),
    history: port('history', world.history),
    holds: port('holds', world.holds),
    facts: port('facts', world.facts),
    stream: streamOf(world, clock, port),
    offsets: port('offsets', new MemoryStreamOffsetStore(world.streams)),
    results: port('results', world.results),
    deadLetters: port('deadLetters', world.deadLetters),
    engine: port('engine', world.engine),
    fleet: fleetOf(world, gate, port),
    engineClient: port('engineClient', world.engineClient),
  };
}

// The same draws in every process and every run.
function drawsOf(): () => number {
  const all = [0.1, 0.9, 0.4, 0.99, 0.5];
  let drawn = 0;
  return () => all[drawn++ % all.length] ?? 0;
}

type Port = <T extends object>(name: string, target: T) => T;

// As the real one, but by the clock of the test: a job that arrives is found when the wait is over.
function streamOf(world: World, clock: Clock, port: Port): JobStream {
  const stream = new MemoryJobStream(world.streams);
  return altered(port('stream', stream), {
    key: (name) => stream.key(name),
    wait: (_, ms, signal) => clock.sleep(Math.min(ms, 250), signal),
  });
}

function fleetOf(world: World, gate: ProcessGate, port: Port): ContainerFleet {
  const { list } = port('fleet', { list: () => world.fleet.list() });
  return {
    list,
    watch: (onHint, signal) => gate.call(() => world.fleet.watch((hint) => gate.hear(() => onHint(hint)), signal)),
  };
}
