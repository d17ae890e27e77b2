import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DockerApi } from '@galaxy/testing';
import { createWorkDir, dockerApi } from '@galaxy/testing';
import { ApiServer } from './api/api-server.js';
import type { FakeDockerAudit } from './audit/audit.js';
import type { EngineMode } from './containers/engine-listener.js';
import type { FakeDockerOptions } from './fake-daemon.js';
import { FakeDaemon, newEngineId } from './fake-daemon.js';
import type { ImageShelf } from './images/image-shelf.js';
import type { FakeDockerInjections } from './injection/fake-docker-injections.js';
import type { AddressBlock } from './networks/address-block.js';
import { reserveAddressBlock } from './networks/address-block.js';

/** How to restart a fake daemon. */
interface FakeRestart {
  /** With an empty data root: without containers, networks or images. Running containers are ended. */
  readonly emptied?: boolean;
  /** With another engine id. */
  readonly newId?: boolean;
}

/** How the program of a container ends. */
interface Crash {
  /** Default 1. */
  readonly exitCode?: number;
  /** Whether the daemon reports that it was killed because memory ran out. */
  readonly outOfMemory?: boolean;
}

/** A Docker Engine whose containers are not real. */
export interface FakeDockerEngine extends DockerApi {
  /** Injections into it. */
  readonly injections: FakeDockerInjections;
  /** What happened on it, over all its restarts. */
  readonly audit: FakeDockerAudit;
  /** The images that it has and can pull; at first all of `engineImages`. */
  readonly images: ImageShelf;
  /** Ends the program of a container (given by name or id), also while the daemon is away. */
  crash(who: string, crash?: Crash): void;
  /** Sets what the game engine in a running container (given by name or id) does with requests. */
  setEngine(who: string, mode: EngineMode): void;
  /** Ends the daemon as SIGKILL does: connections are cut, calls under way are never finished, and the events are lost. */
  kill(): Promise<void>;
  /** Starts it again at the same address. Ends it first if it runs. */
  restart(how?: FakeRestart): Promise<void>;
  /** Freezes it, as SIGSTOP does: connections are accepted, nothing is answered, containers go on. */
  pause(): void;
  /** Lets it go on after `pause`, as SIGCONT does. */
  resume(): void;
  /** Ends it and its containers, and releases its addresses and files. */
  stop(): Promise<void>;
}

/**
 * Starts a fake Docker Engine. Over a unix socket it answers the part of the API (v1.41) that the Docker adapter uses, as dockerd
 * 20.10 does. Its containers are timers and HTTP listeners of this process, at addresses of 127.0.0.0/8 that no other fake engine
 * has. One engine can run thousands of containers. It does not limit, isolate or pull anything.
 */
export async function startFakeDockerEngine(options: FakeDockerOptions = {}): Promise<FakeDockerEngine> {
  const [dir, block] = await Promise.all([createWorkDir('fake-docker'), reserveAddressBlock()]);
  const socket = join(dir, 'docker.sock');
  const daemon = new FakeDaemon(block, options);
  const control = new DaemonControl(daemon, socket);
  await control.open();
  return {
    ...dockerApi(`unix://${socket}`),
    injections: daemon.injections,
    audit: daemon.audit,
    images: daemon.images,
    crash: (who, crash = {}) => crashContainer(daemon, who, crash),
    setEngine: (who, mode) => {
      const { process } = daemon.containers.find(who);
      if (process === null) throw new Error(`${who} does not run`);
      process.engine.mode = mode;
    },
    kill: () => control.kill(),
    restart: (how = {}) => control.restart(how),
    pause: () => daemon.fallAsleep(),
    resume: () => daemon.wake(),
    stop: () => stop(daemon, control, block, dir),
  };
}

class DaemonControl {
  readonly #daemon: FakeDaemon;
  readonly #socket: string;
  #server: ApiServer | null = null;

  constructor(daemon: FakeDaemon, socket: string) {
    this.#daemon = daemon;
    this.#socket = socket;
  }

  async open(): Promise<void> {
    this.#server = new ApiServer(this.#daemon, this.#socket);
    await this.#server.open();
  }

  async kill(): Promise<void> {
    if (this.#server === null) return;
    const server = this.#server;
    this.#server = null;
    this.#daemon.end();
    await server.close();
  }

  async restart({ emptied = false, newId = false }: FakeRestart): Promise<void> {
    await this.kill();
    const daemon = this.#daemon;
    if (emptied || !daemon.options.liveRestore) endAll(daemon);
    if (emptied) empty(daemon);
    if (newId) daemon.engineId = newEngineId();
    // The daemon forgets a removal that was under way. The container is still there.
    for (const container of daemon.containers.all) container.removing = false;
    daemon.begin();
    await this.open();
  }
}

function endAll(daemon: FakeDaemon): void {
  for (const { process } of daemon.containers.all) process?.exit(137);
}

function empty(daemon: FakeDaemon): void {
  for (const container of daemon.containers.all) daemon.audit.removed(container);
  daemon.containers.clear();
  daemon.networks.reset();
  daemon.images.reset();
}

function crashContainer(daemon: FakeDaemon, who: string, { exitCode = 1, outOfMemory = false }: Crash): void {
  const container = daemon.containers.find(who);
  container.outOfMemory = outOfMemory;
  container.process?.exit(exitCode);
}

async function stop(daemon: FakeDaemon, control: DaemonControl, block: AddressBlock, dir: string): Promise<void> {
  await control.kill();
  endAll(daemon);
  block.release();
  await rm(dir, { recursive: true, force: true });
}
