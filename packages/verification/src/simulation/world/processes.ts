import type { Clock, RuntimeEvent } from '@galaxy/manager-ports';
import { type Manager, type ManagerPorts, type ManagerSettings, makeManager } from '@galaxy/use-cases';
import type { Containers } from '../checks/containers.js';
import { watchFleet } from '../checks/watch-fleet.js';
import { brief } from './exchange.js';
import { Network } from './network.js';
import { SimulatedProcess } from './simulated-process.js';
import type { World } from './world.js';

const STOP_WITHIN_MS = 3000;
const HOUR_MS = 3_600_000;
const HOUSEKEEPING_EVERY_MS = 2000;

interface Slot {
  lives: number;
  process: SimulatedProcess | null;
  manager: Manager | null;
}

/** The processes of a history. Each has a slot; after its end another process takes the slot. */
export class Processes {
  readonly network: Network;
  readonly #world: World;
  readonly #slots: readonly Slot[];
  readonly #observe: (event: RuntimeEvent) => void;

  constructor(world: World, containers: Containers, observe: (event: RuntimeEvent) => void) {
    this.#world = world;
    this.#observe = observe;
    this.network = new Network(world, containers, this);
    this.#slots = Array.from({ length: world.plan.processes }, () => ({ lives: 0, process: null, manager: null }));
    for (const slot of this.#slots) world.time.after(world.draws.below('boot', 50), () => this.#open(slot));
  }

  /** Ends a process at once. Another one takes its slot after `downMs`. */
  kill(process: SimulatedProcess, downMs: number): void {
    if (process.isDead) return;
    this.#world.say(`${process.name} is killed`);
    process.kill();
    this.#replace(process, downMs);
  }

  /** Kills, freezes or shuts down the process of a slot, if there is one that runs. */
  inject(whom: number, how: 'kill' | 'freeze' | 'shut down', ms: number): void {
    const slot = this.#slots[whom % this.#slots.length];
    const process = slot?.process ?? null;
    if (slot === undefined || process === null || process.isDead || process.isFrozen) return;
    if (how === 'kill') return this.kill(process, ms);
    if (how === 'shut down') return this.#shutDown(slot, process, ms);
    this.#world.say(`${process.name} is frozen for ${ms}`);
    process.freeze(ms);
  }

  /** Whether every slot has a running process. */
  get areUp(): boolean {
    return this.#slots.every(({ process }) => process !== null && !process.isDead && !process.isFrozen);
  }

  #shutDown(slot: Slot, process: SimulatedProcess, downMs: number): void {
    const { time, violate, say } = this.#world;
    say(`${process.name} is shut down`);
    const end = (): void => {
      process.kill();
      this.#replace(process, downMs);
    };
    const tooLong = time.after(STOP_WITHIN_MS, () => {
      if (!process.isDead && !process.isFrozen) violate(`${process.name} did not shut down within ${STOP_WITHIN_MS} ms`);
    });
    void slot.manager?.stop().then(() => {
      tooLong();
      end();
    });
  }

  #replace(process: SimulatedProcess, downMs: number): void {
    const slot = this.#slots.find((one) => one.process === process);
    if (slot !== undefined) this.#world.time.after(downMs, () => this.#open(slot));
  }

  #open(slot: Slot): void {
    const { time, say } = this.#world;
    slot.lives += 1;
    const process = new SimulatedProcess(`p${this.#slots.indexOf(slot)}.${slot.lives}`, time);
    say(`${process.name} begins`);
    slot.process = process;
    slot.manager = makeManager(this.#portsOf(process), settingsOf(this.#world));
    slot.manager.start();
  }

  #portsOf(process: SimulatedProcess): ManagerPorts {
    const { world, network } = { world: this.#world, network: this.network };
    const { ports } = world;
    const fleet = network.port(process, 'fleet', ports.fleet);
    return {
      clock: housekeepingSoon(world.time.clockFor((act) => process.run(act))),
      ids: world.ids,
      random: { fraction: () => world.draws.next('random') },
      observer: {
        observe: (event) => {
          world.say(`${process.name} ! ${brief(event)} ${'operation' in event ? brief(event.operation) : ''}`);
          this.#observe(event);
        },
      },
      journal: network.port(process, 'journal', ports.journal),
      outbox: network.port(process, 'outbox', ports.outbox),
      leases: network.port(process, 'leases', ports.leases),
      reconcileQueue: network.port(process, 'reconcileQueue', ports.reconcileQueue),
      history: network.port(process, 'history', ports.history),
      holds: network.port(process, 'holds', ports.holds),
      facts: network.port(process, 'facts', ports.facts),
      stream: network.port(process, 'stream', ports.stream),
      offsets: network.port(process, 'offsets', ports.offsets),
      results: network.port(process, 'results', ports.results),
      deadLetters: network.port(process, 'deadLetters', ports.deadLetters),
      ...(world.plan.settings.namesOutcomes && { outcomes: network.port(process, 'outcomes', ports.outcomes) }),
      engine: network.port(process, 'engine', ports.engine),
      engineClient: network.port(process, 'engineClient', ports.engineClient),
      fleet: { list: () => fleet.list(), watch: watchFleet(world, network, process) },
    };
  }
}

// A history lasts for seconds, so what is done every minute or every ten minutes is done every two seconds.
function housekeepingSoon(clock: Clock): Clock {
  return { ...clock, sleep: (ms, signal) => clock.sleep(ms >= 60_000 ? HOUSEKEEPING_EVERY_MS : ms, signal) };
}

function settingsOf({ plan: { settings } }: World): ManagerSettings {
  return {
    imageAllowlist: ['games/*'],
    readyTimeoutMs: 8000,
    stopGraceMs: 1000,
    unavailableWindowMs: 12_000,
    startConcurrency: 2,
    turnConcurrency: 2,
    stopConcurrency: 2,
    reconcile: { intervalMs: 3000, graceMs: settings.hasGrace ? 2000 : 0, maxActs: 3, dryRun: false },
    resendWithinMs: settings.resendsShortly ? 3000 : HOUR_MS,
    keepPublishedMs: settings.resendsShortly && settings.keepsPublishedShortly ? 5000 : 24 * HOUR_MS,
    trimJobsMarginMs: settings.trimMarginMs,
    trimResults: null,
    historyMs: settings.historyMs,
  };
}
