import { randomBytes } from 'node:crypto';
import { FakeDockerAudit } from './audit/audit.js';
import { ContainerTable } from './containers/container-table.js';
import { knownImages } from './containers/engine-behaviour.js';
import { ListedContainers } from './containers/listed-containers.js';
import { DaemonRun } from './daemon-run.js';
import { EventLog } from './events/event-log.js';
import { ImageShelf } from './images/image-shelf.js';
import { FakeDockerInjections } from './injection/fake-docker-injections.js';
import type { AddressBlock } from './networks/address-block.js';
import { NetworkTable } from './networks/network-table.js';

/** How a fake daemon differs from the usual one. */
export interface FakeDockerOptions {
  /** What chance is drawn by; default 1. */
  readonly seed?: number;
  /** Whether containers outlive the daemon's end (live-restore); without, its next start ends them. Default true. */
  readonly liveRestore?: boolean;
  /** Whether the daemon has an init program to offer; default true. */
  readonly init?: boolean;
  /** Containers that one network carries before its bridge is full; default as many as it has addresses, 4093. */
  readonly bridgePorts?: number;
}

/** Everything that one fake daemon knows, and what its calls share. */
export class FakeDaemon {
  readonly options: Required<FakeDockerOptions>;
  readonly containers = new ContainerTable();
  readonly networks: NetworkTable;
  readonly images = new ImageShelf();
  readonly events: EventLog;
  readonly injections: FakeDockerInjections;
  readonly audit = new FakeDockerAudit();
  readonly listed: ListedContainers;
  /** Names the daemon's store. */
  engineId = newEngineId();
  #run = new DaemonRun();

  constructor(block: AddressBlock, options: FakeDockerOptions) {
    this.options = { seed: 1, liveRestore: true, init: true, bridgePorts: Number.POSITIVE_INFINITY, ...options };
    const { seed, bridgePorts } = this.options;
    this.networks = new NetworkTable(block, bridgePorts);
    this.injections = new FakeDockerInjections(seed, (event) => this.events.tell(event));
    this.events = new EventLog((event) => this.injections.shaping.shape(event));
    this.listed = new ListedContainers(seed);
    for (const [ref, behaviour] of knownImages) {
      this.images.load(ref, { behaviour });
      this.images.publish(ref, { behaviour });
    }
  }

  /** The present run. */
  get run(): DaemonRun {
    return this.#run;
  }

  /** The daemon ends: what is under way is never finished. */
  end(): void {
    this.listed.ended(this.containers.all);
    this.injections.shaping.forget();
    this.events.close();
    this.#run.end();
  }

  /** The daemon begins again. */
  begin(): void {
    this.#run = new DaemonRun();
    this.events.reopen();
    this.listed.restarted();
  }

  /** Stops it in its tracks. */
  fallAsleep(): void {
    this.events.hold();
    this.#run.fallAsleep();
  }

  /** Lets it go on. */
  wake(): void {
    this.#run.wake();
    this.events.release();
  }
}

/** A name for a store that no other daemon has, in the form of the real one's. */
export function newEngineId(): string {
  const letters = [...randomBytes(48)].map((byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join('');
  return letters.match(/.{4}/g)?.join(':') ?? letters;
}
