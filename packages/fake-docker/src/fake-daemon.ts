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

/** How a fake daemon differs from the default. */
export interface FakeDockerOptions {
  /** The seed of everything random; default 1. */
  readonly seed?: number;
  /** Whether containers go on after the daemon's end (live-restore). If not, its next start ends them. Default true. */
  readonly liveRestore?: boolean;
  /** Whether the daemon has an init program; default true. */
  readonly init?: boolean;
  /** How many containers one network can have before its bridge is full; default as many as it has addresses, 4093. */
  readonly bridgePorts?: number;
}

/** The state of one fake daemon, which all its handlers share. */
export class FakeDaemon {
  readonly options: Required<FakeDockerOptions>;
  readonly containers = new ContainerTable();
  readonly networks: NetworkTable;
  readonly images = new ImageShelf();
  readonly events: EventLog;
  readonly injections: FakeDockerInjections;
  readonly audit = new FakeDockerAudit();
  readonly listed: ListedContainers;
  /** The id of the daemon's data root. */
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

  /** Ends the daemon: calls that are under way are never finished. */
  end(): void {
    this.listed.ended(this.containers.all);
    this.injections.shaping.forget();
    this.events.close();
    this.#run.end();
  }

  /** Starts the daemon again. */
  begin(): void {
    this.#run = new DaemonRun();
    this.events.reopen();
    this.listed.restarted();
  }

  /** Freezes the daemon. */
  fallAsleep(): void {
    this.events.hold();
    this.#run.fallAsleep();
  }

  /** Lets a frozen daemon go on. */
  wake(): void {
    this.#run.wake();
    this.events.release();
  }
}

/** A unique id for a data root, in the form of the real ones. */
export function newEngineId(): string {
  const letters = [...randomBytes(48)].map((byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join('');
  return letters.match(/.{4}/g)?.join(':') ?? letters;
}
