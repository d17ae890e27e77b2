import { createHash, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isGameId, parseImageReference } from '@galaxy/domain';
import type {
  ContainerEngine,
  CreateOutcome,
  ImageOutcome,
  IncarnationSpec,
  IncarnationState,
  Inspection,
  ListedIncarnation,
  PrepareOutcome,
  RemoveOutcome,
  StartOutcome,
  StopOutcome,
} from '@galaxy/manager-ports';
import { InvalidInputError } from '@galaxy/ports';
import type { DemoTag } from './demo-tags.js';
import { demoTag } from './demo-tags.js';
import { EngineProcess } from './engine-process.js';
import { freePort } from './free-port.js';

export interface LocalProcessOptions {
  /** The engine's main module. It listens at `HOST` and `PORT`, keeps its state in `DEMO_STATE_DIR`, and reads the other `DEMO_*` variables. */
  readonly main: URL;
  /** Arguments for Node before the module, e.g. a loader for TypeScript; default none. */
  readonly nodeArguments?: readonly string[];
  /** The folder with one state folder per game, created when missing. Without it, engines keep no state. */
  readonly stateRoot?: string;
}

interface Incarnated {
  readonly id: string;
  readonly spec: IncarnationSpec;
  readonly tag: DemoTag;
  readonly port: number;
  process: EngineProcess | null;
  starting: Promise<StartOutcome> | null;
  exitCode: number | null;
}

const HOST = '127.0.0.1';
const ABSENT: Inspection = { kind: 'absent' };

/**
 * A container engine without containers, for trying things out: each game's engine is a child process of this process. Every valid image
 * reference is available; some tags are engines with faults ({@link demoTag}). There is no isolation, and there are no limits.
 * Containers exist only in memory, and all engines end with this process, however it ends.
 */
export class LocalProcessEngine implements ContainerEngine {
  readonly #options: LocalProcessOptions;
  readonly #incarnations = new Map<string, Incarnated>();
  readonly #names = new Map<string, string>();
  readonly #listeners = new Set<(gameId: string) => void>();

  constructor(options: LocalProcessOptions) {
    this.#options = options;
  }

  /** As the port says; nothing is pulled. @throws InvalidInputError when the reference is malformed. */
  async ensureImage(imageRef: string, signal: AbortSignal): Promise<ImageOutcome> {
    const tag = tagOf(imageRef);
    await Promise.resolve();
    if (signal.aborted) return { kind: 'aborted' };
    return tag.missing === true
      ? { kind: 'unavailable', reason: 'not_found', message: `${imageRef} does not exist` }
      : { kind: 'available' };
  }

  /** As the port says; there is no network. @throws InvalidInputError when the game id is malformed. */
  async prepare(gameId: string): Promise<PrepareOutcome> {
    checkGameId(gameId);
    const { stateRoot } = this.#options;
    try {
      if (stateRoot !== undefined) await mkdir(join(stateRoot, gameId), { recursive: true, mode: 0o700 });
      return { kind: 'prepared' };
    } catch {
      return { kind: 'refused', message: 'the state folder cannot be made' };
    }
  }

  /** As the port says. @throws InvalidInputError when game id or image reference are malformed. */
  async create(spec: IncarnationSpec): Promise<CreateOutcome> {
    checkGameId(spec.gameId);
    const tag = tagOf(spec.imageRef);
    if (tag.missing === true) return { kind: 'refused', message: `no such image: ${spec.imageRef}` };
    if (this.#names.has(spec.gameId)) return { kind: 'name_taken' };
    const id = randomBytes(32).toString('hex');
    // Before the first await, so that only one of several calls at the same time gets the name.
    this.#names.set(spec.gameId, id);
    try {
      this.#incarnations.set(id, { id, spec, tag, port: await freePort(), process: null, starting: null, exitCode: null });
    } catch {
      this.#names.delete(spec.gameId);
      return { kind: 'no_capacity', message: 'no port is free' };
    }
    this.#changed(spec);
    return { kind: 'created', id };
  }

  /** As the port says. */
  async start(id: string): Promise<StartOutcome> {
    const incarnation = this.#incarnations.get(id);
    if (incarnation === undefined) return { kind: 'gone' };
    if (incarnation.process !== null) return { kind: 'started' };
    incarnation.starting ??= this.#spawn(incarnation);
    return incarnation.starting;
  }

  /** As the port says. */
  async stop(id: string, graceMs: number): Promise<StopOutcome> {
    return this.#end(id, (process) => process.stop(graceMs));
  }

  /** As the port says. */
  async kill(id: string): Promise<StopOutcome> {
    return this.#end(id, (process) => process.kill());
  }

  /** As the port says. */
  async remove(id: string): Promise<RemoveOutcome> {
    const incarnation = this.#incarnations.get(id);
    if (incarnation === undefined) return 'gone';
    await incarnation.starting;
    await incarnation.process?.kill();
    if (!this.#incarnations.delete(id)) return 'gone';
    this.#names.delete(incarnation.spec.gameId);
    this.#changed(incarnation.spec);
    return 'removed';
  }

  /** As the port says. @throws InvalidInputError when the game id is malformed. */
  async find(gameId: string): Promise<Inspection> {
    checkGameId(gameId);
    const id = this.#names.get(gameId);
    return id === undefined ? ABSENT : this.inspect(id);
  }

  /** As the port says. */
  async inspect(id: string): Promise<Inspection> {
    await Promise.resolve();
    const incarnation = this.#incarnations.get(id);
    return incarnation === undefined ? ABSENT : inspectionOf(incarnation);
  }

  /** As the port says; it always answers. */
  async ping(): Promise<void> {
    await Promise.resolve();
  }

  /** All containers at this moment. */
  get incarnations(): readonly ListedIncarnation[] {
    return [...this.#incarnations.values()].map(listed);
  }

  /** Calls `listen` with the game's id after every change of a container. Returns a function that ends this. */
  onChange(listen: (gameId: string) => void): () => void {
    this.#listeners.add(listen);
    return () => void this.#listeners.delete(listen);
  }

  /** Ends all engines at once and removes them. */
  async close(): Promise<void> {
    await Promise.all([...this.#incarnations.keys()].map((id) => this.remove(id)));
  }

  async #end(id: string, end: (process: EngineProcess) => Promise<void>): Promise<StopOutcome> {
    const incarnation = this.#incarnations.get(id);
    if (incarnation === undefined) return 'gone';
    await incarnation.starting;
    if (incarnation.process === null) return 'already_stopped';
    await end(incarnation.process);
    return 'stopped';
  }

  async #spawn(incarnation: Incarnated): Promise<StartOutcome> {
    const spawned = await EngineProcess.spawn(this.#programOf(incarnation));
    incarnation.starting = null;
    if (spawned.kind === 'failed') return { kind: 'refused', message: spawned.message };
    incarnation.process = spawned.process;
    incarnation.exitCode = null;
    this.#changed(incarnation.spec);
    void spawned.process.exited.then((exitCode) => {
      incarnation.process = null;
      incarnation.exitCode = exitCode;
      this.#changed(incarnation.spec);
    });
    return { kind: 'started' };
  }

  #changed({ gameId }: IncarnationSpec): void {
    for (const listen of this.#listeners) listen(gameId);
  }

  #programOf({ spec, tag, port }: Incarnated) {
    const { main, nodeArguments = [], stateRoot } = this.#options;
    const state = stateRoot === undefined ? {} : { DEMO_STATE_DIR: join(stateRoot, spec.gameId) };
    return {
      command: tag.broken === true ? '/no/such/program' : process.execPath,
      args: [...nodeArguments, '--import', exitWithParent.href, fileURLToPath(main)],
      // No variables of this process's environment: it may contain secrets.
      env: { HOST, PORT: String(port), ...state, ...tag.env },
    };
  }
}

const besideThis = import.meta.url.endsWith('.ts') ? './exit-with-parent.ts' : './exit-with-parent.js';
const exitWithParent = new URL(besideThis, import.meta.url);

function listed({ id, spec, process, exitCode }: Incarnated): ListedIncarnation {
  const { gameId, opId, attempt, imageRef } = spec;
  return { id, owner: { gameId, opId, attempt }, imageRef, state: stateOf(process, exitCode) };
}

function inspectionOf(incarnated: Incarnated): Inspection {
  const { port, process, exitCode } = incarnated;
  const address = process === null ? null : `http://${HOST}:${port}`;
  const imageId = imageIdOf(incarnated.spec.imageRef);
  return { kind: 'ours', incarnation: { ...listed(incarnated), imageId, exitCode, outOfMemory: false, address } };
}

// There are no images here, so each reference is one of its own.
const imageIdOf = (imageRef: string): string => `sha256:${createHash('sha256').update(imageRef).digest('hex')}`;

function stateOf(process: EngineProcess | null, exitCode: number | null): IncarnationState {
  if (process !== null) return 'running';
  return exitCode === null ? 'created' : 'exited';
}

function checkGameId(gameId: string): void {
  if (!isGameId(gameId)) throw new InvalidInputError(`local process: ${JSON.stringify(gameId)} is not a game id`);
}

function tagOf(imageRef: string): DemoTag {
  const check = parseImageReference(imageRef);
  if (check.kind === 'malformed') throw new InvalidInputError(`local process: the image reference is malformed: ${check.reason}`);
  return demoTag(check.reference.tag);
}
