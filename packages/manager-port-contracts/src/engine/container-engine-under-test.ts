import { randomBytes, randomUUID } from 'node:crypto';
import type { ContainerEngine, Incarnation, IncarnationSpec } from '@galaxy/manager-ports';
import { expect } from 'vitest';

/** A container engine with images to run on it. */
export interface ContainerEngineUnderTest {
  readonly engine: ContainerEngine;
  readonly images: {
    /** Its engine runs until it is told to end, and exits with 0 on SIGTERM once it is ready. */
    readonly healthy: string;
    /** Can't be had. */
    readonly missing: string;
    /** Its engine exits by itself at once. */
    readonly exitsEarly: { readonly ref: string; readonly exitCode: number };
    /** Its program can't be started. */
    readonly refusesStart: string;
    /** Its engine ends by SIGKILL only, once it is ready. */
    readonly ignoresSigterm: string;
  };
  /** Returns once the engine at the address of a running incarnation answers. */
  untilReady(incarnation: Incarnation): Promise<void>;
  /** Runs a container under the game's name that is not of this instance of the manager; gives its id. */
  plantForeign(gameId: string): Promise<string>;
  /** Freezes a running container. */
  pause(id: string): Promise<void>;
  /** Makes the engine unreachable; returns once it is. */
  cutOff(): Promise<void>;
  /** Makes it reachable again; the adapter must recover without help. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

/** What an adapter can't show, each with the reason. */
export interface ContainerEngineLimits {
  readonly foreign?: string;
  readonly refusesStart?: string;
  readonly pause?: string;
  readonly cutOff?: string;
}

/** A signal that never aborts. */
export const never = new AbortController().signal;

/** A game id that no other test uses. */
export const newGameId = () => `g-${randomBytes(6).toString('hex')}`;

/** The id of no container. */
export const unknownId = () => randomBytes(32).toString('hex');

/** What is asked for when a game's container is to be made, by an operation of its own. */
export const specOf = (gameId: string, imageRef: string): IncarnationSpec => ({ gameId, opId: randomUUID(), attempt: 1, imageRef });

/** Containers of the engine under test, in the state that a test begins with. */
export function containersOn(opened: () => ContainerEngineUnderTest) {
  async function created(gameId = newGameId(), imageRef = opened().images.healthy): Promise<string> {
    const { engine } = opened();
    await engine.ensureImage(imageRef, never);
    await engine.prepare(gameId);
    const outcome = await engine.create(specOf(gameId, imageRef));
    if (outcome.kind !== 'created') throw new Error(`create: ${JSON.stringify(outcome)}`);
    return outcome.id;
  }

  async function running(gameId = newGameId(), imageRef = opened().images.healthy): Promise<string> {
    const id = await created(gameId, imageRef);
    expect(await opened().engine.start(id)).toEqual({ kind: 'started' });
    await opened().untilReady(await incarnation(id));
    return id;
  }

  async function incarnation(id: string): Promise<Incarnation> {
    const inspection = await opened().engine.inspect(id);
    if (inspection.kind !== 'ours') throw new Error(`${id} is ${inspection.kind}`);
    return inspection.incarnation;
  }

  const stateOf = async (id: string) => (await incarnation(id)).state;

  return { created, running, incarnation, stateOf };
}
