import { createHash, randomUUID } from 'node:crypto';
import { containerName, engineEndpoint, gameIdOf, isGameId } from '@galaxy/domain';
import type {
  ContainerEngine,
  CreateOutcome,
  EngineHealth,
  FleetHint,
  FleetInventory,
  ImageOutcome,
  Incarnation,
  IncarnationSpec,
  IncarnationState,
  Inspection,
  ListedIncarnation,
  PrepareOutcome,
  RemoveOutcome,
  StartOutcome,
  StopOutcome,
} from '@galaxy/manager-ports';
import { DependencyFault, InvalidInputError } from '@galaxy/ports';
import type { MemoryImage } from './memory-images.js';
import { MemoryImages } from './memory-images.js';

interface Container {
  readonly id: string;
  name: string;
  /** Null for a foreign one. */
  readonly spec: IncarnationSpec | null;
  readonly image: MemoryImage;
  state: IncarnationState;
  exitCode: number | null;
}

const KILLED = 137;
const ABSENT: Inspection = { kind: 'absent' };

/**
 * A container engine in memory. States, names and exit codes are as with a real one, and every change is atomic. An image is available
 * only after {@link addImage}. Every call yields once before it acts, like a call over a socket.
 */
export class MemoryContainerEngine implements ContainerEngine {
  readonly #images = new MemoryImages();
  readonly #containers = new Map<string, Container>();
  readonly #listeners = new Set<(hint: FleetHint) => void>();
  readonly #newId: () => string;
  #away = false;

  /** `newId` makes the ids of new containers, 64 characters each; default: random ids. */
  constructor({ newId = randomId }: { readonly newId?: () => string } = {}) {
    this.#newId = newId;
  }

  /** Makes an image available for pulls under a reference. */
  addImage(imageRef: string, image: MemoryImage = {}): void {
    this.#images.add(imageRef, image);
  }

  /** The image references of all pulls so far, oldest first. */
  get pulls(): readonly string[] {
    return this.#images.pulls;
  }

  /** Adds a running foreign container with the game's container name. Returns its id. */
  plantForeign(gameId: string): string {
    const container = newContainer(this.#newId(), containerName(gameId), null, {});
    container.state = 'running';
    this.#containers.set(container.id, container);
    return container.id;
  }

  /** Makes every call throw DependencyFault (`effect: 'not_done'`) until {@link comeBack}. */
  goAway(): void {
    this.#away = true;
  }

  /** Ends {@link goAway}. */
  comeBack(): void {
    this.#away = false;
    for (const listen of this.#listeners) listen({ kind: 'connected' });
  }

  /** Calls `listen` after every change of one of our containers and after {@link comeBack}. Returns a function that ends this. */
  onChange(listen: (hint: FleetHint) => void): () => void {
    this.#listeners.add(listen);
    return () => void this.#listeners.delete(listen);
  }

  /** Renames a container, as an operator might do. Does nothing when there is none with this id. */
  rename(id: string, name: string): void {
    const container = this.#containers.get(id);
    if (container !== undefined) container.name = name;
  }

  /** Pauses a running container, as an operator might do. Does nothing to a container in another state. */
  pause(id: string): void {
    const container = this.#containers.get(id);
    if (container?.state !== 'running') return;
    container.state = 'paused';
    this.#changed(container);
  }

  /** Makes the engine of a running container exit by itself. Does nothing to a container in another state. */
  exit(id: string, exitCode: number): void {
    const container = this.#containers.get(id);
    if (container?.state !== 'running') return;
    end(container, exitCode);
    this.#changed(container);
  }

  /** The ids of all containers, foreign ones included. */
  get ids(): readonly string[] {
    return [...this.#containers.keys()];
  }

  /** All containers at this moment. */
  get inventory(): Omit<FleetInventory, 'engineId'> {
    const all = [...this.#containers.values()];
    return {
      incarnations: all.flatMap((container) => {
        const inspection = inspectionOf(container);
        return inspection.kind === 'ours' ? [listed(inspection.incarnation)] : [];
      }),
      foreign: all.filter(({ spec, name }) => spec === null && gameIdOf(name) !== null).map(({ id, name }) => ({ id, name })),
    };
  }

  /** The answer that `/healthz` at this address would give. */
  healthAt(address: string): EngineHealth {
    const container = [...this.#containers.values()].find((candidate) => addressOf(candidate) === address);
    if (container === undefined) return { kind: 'unreachable', detail: 'nothing listens there' };
    return container.image.runs === 'never-ready' ? { kind: 'unhealthy', detail: 'status 503' } : { kind: 'healthy' };
  }

  /** As the port says; the policy is to pull if missing. */
  async ensureImage(imageRef: string, signal: AbortSignal): Promise<ImageOutcome> {
    await this.#answer();
    return this.#images.ensure(imageRef, signal);
  }

  /** As the port says; there is nothing to prepare. */
  async prepare(gameId: string): Promise<PrepareOutcome> {
    checkGameId(gameId);
    await this.#answer();
    return { kind: 'prepared' };
  }

  /** As the port says. */
  async create(spec: IncarnationSpec): Promise<CreateOutcome> {
    checkGameId(spec.gameId);
    await this.#answer();
    const name = containerName(spec.gameId);
    if (this.#named(name) !== undefined) return { kind: 'name_taken' };
    const image = this.#images.present(spec.imageRef);
    if (image === undefined) return { kind: 'refused', message: `no such image: ${spec.imageRef}` };
    const container = newContainer(this.#newId(), name, spec, image);
    this.#containers.set(container.id, container);
    this.#changed(container);
    return { kind: 'created', id: container.id };
  }

  /** As the port says. */
  async start(id: string): Promise<StartOutcome> {
    await this.#answer();
    const container = this.#containers.get(id);
    if (container === undefined) return { kind: 'gone' };
    if (container.image.runs === 'refuses-start') return { kind: 'refused', message: 'the program does not exist' };
    if (container.state === 'created' || container.state === 'exited') {
      container.state = 'running';
      container.exitCode = null;
      if (container.image.runs === 'exits-early') end(container, container.image.exitCode ?? 1);
      this.#changed(container);
    }
    return { kind: 'started' };
  }

  /** As the port says; the grace takes no time. */
  async stop(id: string): Promise<StopOutcome> {
    await this.#answer();
    return this.#end(id, (image) => (image.runs === 'ignores-sigterm' ? KILLED : 0));
  }

  /** As the port says. */
  async kill(id: string): Promise<StopOutcome> {
    await this.#answer();
    return this.#end(id, () => KILLED);
  }

  /** As the port says. */
  async remove(id: string): Promise<RemoveOutcome> {
    await this.#answer();
    const container = this.#containers.get(id);
    if (container === undefined) return 'gone';
    this.#containers.delete(id);
    this.#changed(container);
    return 'removed';
  }

  /** As the port says. */
  async find(gameId: string): Promise<Inspection> {
    checkGameId(gameId);
    await this.#answer();
    return inspectionOf(this.#named(containerName(gameId)));
  }

  /** As the port says. */
  async inspect(id: string): Promise<Inspection> {
    await this.#answer();
    return inspectionOf(this.#containers.get(id));
  }

  /** As the port says. */
  async ping(): Promise<void> {
    await this.#answer();
  }

  async #answer(): Promise<void> {
    await Promise.resolve();
    if (!this.#away) return;
    const message = 'container engine: it went away';
    throw new DependencyFault({ message, dependency: 'container_engine', retryable: true, effect: 'not_done' });
  }

  #named(name: string): Container | undefined {
    return [...this.#containers.values()].find((container) => container.name === name);
  }

  #end(id: string, codeOf: (image: MemoryImage) => number): StopOutcome {
    const container = this.#containers.get(id);
    if (container === undefined) return 'gone';
    if (container.state !== 'running' && container.state !== 'paused') return 'already_stopped';
    end(container, codeOf(container.image));
    this.#changed(container);
    return 'stopped';
  }

  #changed({ spec }: Container): void {
    if (spec !== null) for (const listen of this.#listeners) listen({ kind: 'changed', gameId: spec.gameId });
  }
}

const randomId = () => `${randomUUID()}${randomUUID()}`.replaceAll('-', '');

function newContainer(id: string, name: string, spec: IncarnationSpec | null, image: MemoryImage): Container {
  return { id, name, spec, image, state: 'created', exitCode: null };
}

// Here no two references mean the same image.
const imageIdOf = (imageRef: string): string => `sha256:${createHash('sha256').update(imageRef).digest('hex')}`;

function end(container: Container, exitCode: number): void {
  container.state = 'exited';
  container.exitCode = exitCode;
}

function inspectionOf(container: Container | undefined): Inspection {
  if (container === undefined) return ABSENT;
  const { id, spec, state, exitCode } = container;
  if (spec === null) return { kind: 'foreign', id };
  const owner = { gameId: spec.gameId, opId: spec.opId, attempt: spec.attempt };
  const incarnation: Incarnation = {
    id,
    owner,
    imageRef: spec.imageRef,
    imageId: imageIdOf(spec.imageRef),
    state,
    exitCode,
    outOfMemory: false,
    address: addressOf(container),
  };
  return { kind: 'ours', incarnation };
}

const listed = ({ id, owner, imageRef, state }: Incarnation): ListedIncarnation => ({ id, owner, imageRef, state });

// The address contains the container's id, so that the address of a previous container never answers.
function addressOf({ spec, state, id }: Container): string | null {
  if (spec === null || state !== 'running') return null;
  const endpoint = new URL(engineEndpoint(spec.gameId));
  return `http://${endpoint.hostname}.${id.slice(0, 12)}:${endpoint.port}`;
}

function checkGameId(gameId: string): void {
  if (!isGameId(gameId)) throw new InvalidInputError(`${JSON.stringify(gameId)} is not a game id`);
}
