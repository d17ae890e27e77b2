import { containerName } from '@galaxy/domain';
import type {
  ContainerEngine,
  CreateOutcome,
  ImageOutcome,
  IncarnationSpec,
  Inspection,
  PrepareOutcome,
  RemoveOutcome,
  StartOutcome,
  StopOutcome,
} from '@galaxy/manager-ports';
import type { DockerReply } from './client/call-docker.js';
import { callDocker } from './client/call-docker.js';
import type { DockerConnection } from './client/docker-connection.js';
import { dockerConnection } from './client/docker-connection.js';
import type { DockerEngineOptions, DockerEngineSettings } from './client/docker-engine-options.js';
import { dockerEngineSettings } from './client/docker-engine-options.js';
import { answerFault, refusalFault } from './client/docker-faults.js';
import { readDocker } from './client/docker-reads.js';
import { assertPolicy } from './containers/assert-policy.js';
import { checkedImage, checkGameId, checkOwner } from './containers/checked-input.js';
import { inspectionOf, isContainerId, readContainerInfo } from './containers/container-info.js';
import { removeContainer } from './containers/container-remover.js';
import type { ContainerPlan } from './containers/container-request.js';
import { containerRequest } from './containers/container-request.js';
import { DaemonInit } from './containers/daemon-init.js';
import { ensureStateFolder, stateFolderPath } from './containers/state-folder.js';
import { daemonImage, ImageStore } from './images/image-store.js';
import { GamesNetwork } from './network/games-network.js';

const ABSENT: Inspection = { kind: 'absent' };

/**
 * The container engine over a Docker-compatible daemon. No connection is kept between calls, so a restarted daemon is reached again by
 * the next call.
 */
export class DockerContainerEngine implements ContainerEngine {
  readonly #settings: DockerEngineSettings;
  readonly #docker: DockerConnection;
  readonly #images: ImageStore;
  readonly #network: GamesNetwork;
  readonly #init: DaemonInit;

  /** Does not connect. @throws InvalidInputError when an option is invalid. */
  constructor(options: DockerEngineOptions) {
    const settings = dockerEngineSettings(options);
    this.#settings = settings;
    this.#docker = dockerConnection(settings.host);
    this.#images = new ImageStore(this.#docker, settings);
    const network = { name: settings.network, isolate: settings.isolateGames };
    this.#network = new GamesNetwork(this.#docker.quick, network, settings.deadlines.network);
    this.#init = new DaemonInit(this.#docker.quick, settings);
  }

  /** As the port says. @throws InvalidInputError when the image reference is malformed, and what `authFor` throws. */
  async ensureImage(imageRef: string, signal: AbortSignal): Promise<ImageOutcome> {
    return this.#images.ensure(checkedImage(imageRef), signal);
  }

  /** As the port says. @throws InvalidInputError when the game id is malformed. */
  async prepare(gameId: string): Promise<PrepareOutcome> {
    checkGameId(gameId);
    const { stateRoot, user } = this.#settings;
    const network = await this.#network.ensure();
    if (network.kind === 'refused' || stateRoot === null) return network;
    const folder = await ensureStateFolder(stateRoot, gameId, user);
    return folder.kind === 'ready' ? { kind: 'prepared' } : folder;
  }

  /** As the port says. @throws InvalidInputError when the spec is malformed or the create is against the policy. */
  async create(spec: IncarnationSpec): Promise<CreateOutcome> {
    const request = containerRequest(this.#settings, await this.#plan(spec));
    assertPolicy(request._body, this.#settings);
    const operation = 'create the container';
    const reply = await callDocker({
      operation,
      deadlineMs: this.#settings.deadlines.create,
      run: (abortSignal) => this.#docker.quick.createContainer({ ...request, abortSignal }),
    });
    switch (reply.kind) {
      case 'ok':
        if (!isContainerId(reply.value.id)) throw answerFault(operation);
        return { kind: 'created', id: reply.value.id };
      case 'conflict':
        return { kind: 'name_taken' };
      case 'gone':
      case 'refused':
        return { kind: 'refused', message: reply.message };
      case 'no_capacity':
        return { kind: 'no_capacity', message: reply.message };
      case 'unchanged':
      case 'denied':
      case 'unavailable':
        throw refusalFault(operation, reply);
    }
  }

  /** As the port says. */
  async start(id: string): Promise<StartOutcome> {
    if (!isContainerId(id)) return { kind: 'gone' };
    const operation = 'start the container';
    const run = (abortSignal: AbortSignal) => this.#docker.quick.getContainer(id).start({ abortSignal });
    const reply = await callDocker<unknown>({ operation, deadlineMs: this.#settings.deadlines.start, run });
    switch (reply.kind) {
      case 'ok':
      case 'unchanged':
        return { kind: 'started' };
      case 'gone':
      case 'conflict':
        // "Not found" may also mean the network, or the program in the image.
        return (await this.inspect(id)).kind === 'absent' ? { kind: 'gone' } : { kind: 'refused', message: reply.message };
      case 'refused':
        return { kind: 'refused', message: reply.message };
      case 'no_capacity':
        return { kind: 'no_capacity', message: reply.message };
      case 'denied':
      case 'unavailable':
        throw refusalFault(operation, reply);
    }
  }

  /** As the port says. The daemon takes the grace in whole seconds, so it is rounded up. */
  async stop(id: string, graceMs: number): Promise<StopOutcome> {
    if (!isContainerId(id)) return 'gone';
    await this.#resumePaused(id);
    const operation = 'stop the container';
    const t = Math.ceil(Math.max(0, graceMs) / 1000);
    // The deadline is after the daemon's own SIGKILL: some versions kill at once when the client disconnects
    // (https://github.com/moby/moby/issues/45731).
    const deadlineMs = t * 1000 + this.#settings.deadlines.stop;
    const run = (abortSignal: AbortSignal) => this.#docker.slow.getContainer(id).stop({ t, abortSignal });
    return stopOutcome(operation, await callDocker<unknown>({ operation, deadlineMs, run }));
  }

  /** As the port says. */
  async kill(id: string): Promise<StopOutcome> {
    if (!isContainerId(id)) return 'gone';
    const operation = 'kill the container';
    const run = (abortSignal: AbortSignal) => this.#docker.quick.getContainer(id).kill({ signal: 'SIGKILL', abortSignal });
    return stopOutcome(operation, await callDocker<unknown>({ operation, deadlineMs: this.#settings.deadlines.kill, run }));
  }

  /** As the port says. */
  async remove(id: string): Promise<RemoveOutcome> {
    return isContainerId(id) ? removeContainer(this.#docker.quick, id, this.#settings.deadlines.remove) : 'gone';
  }

  /** As the port says. @throws InvalidInputError when the game id is malformed. */
  async find(gameId: string): Promise<Inspection> {
    checkGameId(gameId);
    return this.#inspect(containerName(gameId), gameId);
  }

  /** As the port says. */
  async inspect(id: string): Promise<Inspection> {
    return isContainerId(id) ? this.#inspect(id) : ABSENT;
  }

  /** As the port says. */
  async ping(): Promise<void> {
    const operation = 'ping';
    const run = (signal: AbortSignal) => readDocker(this.#docker.quick, '/_ping', signal);
    const reply = await callDocker({ operation, deadlineMs: this.#settings.deadlines.ping, run });
    if (reply.kind !== 'ok') throw refusalFault(operation, reply);
  }

  async #inspect(nameOrId: string, gameId?: string): Promise<Inspection> {
    const operation = 'inspect the container';
    const run = (abortSignal: AbortSignal) => this.#docker.quick.getContainer(nameOrId).inspect({ abortSignal });
    const reply = await callDocker<unknown>({ operation, deadlineMs: this.#settings.deadlines.inspect, run });
    if (reply.kind === 'gone') return ABSENT;
    if (reply.kind !== 'ok') throw refusalFault(operation, reply);
    return inspectionOf(readContainerInfo(operation, reply.value), this.#settings, gameId);
  }

  // A paused process can't handle SIGTERM, and not every daemon resumes it by itself.
  async #resumePaused(id: string): Promise<void> {
    const inspection = await this.inspect(id);
    if (inspection.kind !== 'ours' || inspection.incarnation.state !== 'paused') return;
    const operation = 'resume the paused container';
    const run = (abortSignal: AbortSignal) => this.#docker.quick.getContainer(id).unpause({ abortSignal });
    const reply = await callDocker<unknown>({ operation, deadlineMs: this.#settings.deadlines.kill, run });
    if (reply.kind === 'denied' || reply.kind === 'unavailable') throw refusalFault(operation, reply);
  }

  async #plan(spec: IncarnationSpec): Promise<ContainerPlan> {
    checkOwner(spec);
    const { stateRoot } = this.#settings;
    return {
      spec,
      image: daemonImage(checkedImage(spec.imageRef)),
      stateFolder: stateRoot === null ? null : stateFolderPath(stateRoot, spec.gameId),
      init: await this.#init.isWanted(),
    };
  }
}

function stopOutcome(operation: string, reply: DockerReply<unknown>): StopOutcome {
  switch (reply.kind) {
    case 'ok':
      return 'stopped';
    case 'unchanged':
    case 'conflict':
      return 'already_stopped';
    case 'gone':
      return 'gone';
    case 'denied':
    case 'no_capacity':
    case 'unavailable':
    case 'refused':
      throw refusalFault(operation, reply);
  }
}
