import type { ContainerFleet, FleetHint, FleetInventory } from '@galaxy/manager-ports';
import type { DockerConnection } from './client/docker-connection.js';
import { dockerConnection } from './client/docker-connection.js';
import { inventoryOf } from './containers/container-list.js';
import type { DockerEngineOptions, DockerEngineSettings } from './docker-engine-options.js';
import { dockerEngineSettings } from './docker-engine-options.js';
import { DockerEvents } from './events/docker-events.js';
import { EngineStore, readKept } from './events/engine-store.js';

/**
 * All containers of one installation on a Docker-compatible daemon. One idle connection is kept between lists, which keeps no
 * process alive; a daemon that was restarted is found again by the next call.
 */
export class DockerContainerFleet implements ContainerFleet {
  readonly #settings: DockerEngineSettings;
  readonly #docker: DockerConnection;
  readonly #store: EngineStore;
  readonly #events: DockerEvents;

  /** @throws InvalidInputError when an option is not sensible; nothing is connected yet. */
  constructor(options: DockerEngineOptions) {
    this.#settings = dockerEngineSettings(options);
    this.#docker = dockerConnection(this.#settings.host);
    this.#store = new EngineStore(this.#docker.kept, this.#settings.deadlines.list);
    this.#events = new DockerEvents(this.#docker, this.#settings);
  }

  /** As the port says; a new connection takes a second call, for the engine id. */
  async list(): Promise<FleetInventory> {
    const { instance, deadlines } = this.#settings;
    const operation = 'list the containers';
    // The daemon's filters only narrow each other down, so that none of them gives ours under any name and others' under a
    // game's name. Two filtered calls take it twice the time of one for all.
    const read = { operation, path: '/containers/json', query: { all: '1' }, deadlineMs: deadlines.list } as const;
    const { answer, socket } = await readKept(this.#docker.kept, read);
    const inventory = inventoryOf(operation, answer, instance);
    return { engineId: await this.#store.idBehind(socket), ...inventory };
  }

  /** As the port says. An outage of more than about 10 s ends it with a fault, as does a daemon that is away when it begins. */
  async watch(onHint: (hint: FleetHint) => void, signal: AbortSignal): Promise<void> {
    const tell = (hint: FleetHint): void => {
      if (hint.kind === 'connected') this.#store.forget();
      onHint(hint);
    };
    return this.#events.follow(tell, signal);
  }
}
