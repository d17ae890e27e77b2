import type { ContainerFleet, FleetHint, FleetInventory } from '@galaxy/manager-ports';
import type { DockerConnection } from './client/docker-connection.js';
import { dockerConnection } from './client/docker-connection.js';
import type { DockerEngineOptions, DockerEngineSettings } from './client/docker-engine-options.js';
import { dockerEngineSettings } from './client/docker-engine-options.js';
import { inventoryOf } from './containers/container-list.js';
import { DockerEvents } from './events/docker-events.js';
import { EngineStore, readKept } from './events/engine-store.js';

/**
 * All containers of one installation on a Docker-compatible daemon. One idle connection is kept between lists; it does not keep the
 * process alive. A restarted daemon is reached again by the next call.
 */
export class DockerContainerFleet implements ContainerFleet {
  readonly #settings: DockerEngineSettings;
  readonly #docker: DockerConnection;
  readonly #store: EngineStore;
  readonly #events: DockerEvents;

  /** Does not connect. @throws InvalidInputError when an option is invalid. */
  constructor(options: DockerEngineOptions) {
    this.#settings = dockerEngineSettings(options);
    this.#docker = dockerConnection(this.#settings.host);
    this.#store = new EngineStore(this.#docker.kept, this.#settings.deadlines.list);
    this.#events = new DockerEvents(this.#docker, this.#settings);
  }

  /** As the port says. A new connection needs a second call, for the engine id. */
  async list(): Promise<FleetInventory> {
    const { instance, deadlines } = this.#settings;
    const operation = 'list the containers';
    // No filter: the daemon combines filters with "and", so none returns our containers under any name plus foreign ones with a game's
    // name. Two filtered calls would take twice the time of one call for all containers.
    const read = { operation, path: '/containers/json', query: { all: '1' }, deadlineMs: deadlines.list } as const;
    const { answer, socket } = await readKept(this.#docker.kept, read);
    const inventory = inventoryOf(operation, answer, instance);
    return { engineId: await this.#store.idBehind(socket), ...inventory };
  }

  /** As the port says. It ends with a fault after an outage of about 10 s, and at once when the daemon does not answer at the beginning. */
  async watch(onHint: (hint: FleetHint) => void, signal: AbortSignal): Promise<void> {
    const tell = (hint: FleetHint): void => {
      if (hint.kind === 'connected') this.#store.forget();
      onHint(hint);
    };
    return this.#events.follow(tell, signal);
  }
}
