import { randomBytes, randomUUID } from 'node:crypto';
import type { ContainerEngine, Incarnation, IncarnationSpec } from '@galaxy/ports';
import { DependencyFault } from '@galaxy/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

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

const never = new AbortController().signal;
const newGameId = () => `g-${randomBytes(6).toString('hex')}`;
const unknownId = () => randomBytes(32).toString('hex');

/** The promises of {@link ContainerEngine}, for an adapter to pass. */
export function containerEngineContract(
  name: string,
  open: () => Promise<ContainerEngineUnderTest>,
  cannot: ContainerEngineLimits = {},
): void {
  describe(`ContainerEngine: ${name}`, () => {
    let world: ContainerEngineUnderTest;
    beforeEach(async () => {
      world = await open();
    });
    afterEach(() => world.close());

    const spec = (gameId: string, imageRef: string): IncarnationSpec => ({ gameId, opId: randomUUID(), attempt: 1, imageRef });

    async function created(gameId = newGameId(), imageRef = world.images.healthy): Promise<string> {
      await world.engine.ensureImage(imageRef, never);
      await world.engine.prepare(gameId);
      const outcome = await world.engine.create(spec(gameId, imageRef));
      if (outcome.kind !== 'created') throw new Error(`create: ${JSON.stringify(outcome)}`);
      return outcome.id;
    }

    async function running(gameId = newGameId(), imageRef = world.images.healthy): Promise<string> {
      const id = await created(gameId, imageRef);
      expect(await world.engine.start(id)).toEqual({ kind: 'started' });
      await world.untilReady(await incarnation(id));
      return id;
    }

    async function incarnation(id: string): Promise<Incarnation> {
      const sighting = await world.engine.inspect(id);
      if (sighting.kind !== 'ours') throw new Error(`${id} is ${sighting.kind}`);
      return sighting.incarnation;
    }

    const stateOf = async (id: string) => (await incarnation(id)).state;

    describe('ensureImage', () => {
      it('makes the image available, and repeating is safe', async () => {
        const ask = () => world.engine.ensureImage(world.images.healthy, never);
        expect(await Promise.all([ask(), ask(), ask()])).toEqual(Array(3).fill({ kind: 'available' }));
        expect(await ask()).toEqual({ kind: 'available' });
      });

      it('tells why an image is not to be had', async () => {
        const outcome = await world.engine.ensureImage(world.images.missing, never);
        expect(outcome).toEqual({ kind: 'unavailable', reason: expect.any(String), message: expect.any(String) });
      });

      it('is aborted when the signal fired', async () => {
        expect(await world.engine.ensureImage(world.images.healthy, AbortSignal.abort())).toEqual({ kind: 'aborted' });
      });
    });

    describe('prepare', () => {
      it('repeating is safe, also at the same time', async () => {
        const gameId = newGameId();
        const outcomes = await Promise.all(Array.from({ length: 5 }, () => world.engine.prepare(gameId)));
        expect([...outcomes, await world.engine.prepare(gameId)]).toEqual(Array(6).fill({ kind: 'prepared' }));
      });
    });

    describe('create', () => {
      it("creates the game's container, not yet running, under the game's name", async () => {
        const gameId = newGameId();
        const wanted = { ...spec(gameId, world.images.healthy), attempt: 7 };
        await world.engine.ensureImage(wanted.imageRef, never);
        await world.engine.prepare(gameId);
        const outcome = await world.engine.create(wanted);
        const id = outcome.kind === 'created' ? outcome.id : '';
        const owner = { gameId, opId: wanted.opId, attempt: 7 };
        const expected = { id, owner, imageRef: wanted.imageRef, state: 'created', exitCode: null, outOfMemory: false, address: null };
        expect(await world.engine.find(gameId)).toEqual({ kind: 'ours', incarnation: expected });
        expect(await world.engine.inspect(id)).toEqual({ kind: 'ours', incarnation: expected });
      });

      it('of five at the same time creates one: the name is taken for the others', async () => {
        const gameId = newGameId();
        await world.engine.ensureImage(world.images.healthy, never);
        await world.engine.prepare(gameId);
        const create = () => world.engine.create(spec(gameId, world.images.healthy));
        const kinds = (await Promise.all(Array.from({ length: 5 }, create))).map((outcome) => outcome.kind);
        expect(kinds.sort()).toEqual(['created', ...Array<string>(4).fill('name_taken')]);
      });

      it.skipIf(cannot.foreign)('leaves a foreign container alone that bears the name', async () => {
        const gameId = newGameId();
        await world.engine.ensureImage(world.images.healthy, never);
        await world.engine.prepare(gameId);
        const id = await world.plantForeign(gameId);
        expect(await world.engine.create(spec(gameId, world.images.healthy))).toEqual({ kind: 'name_taken' });
        expect(await world.engine.find(gameId)).toEqual({ kind: 'foreign', id });
        expect(await world.engine.inspect(id)).toEqual({ kind: 'foreign', id });
      });

      it('is no success for an image that is not there', async () => {
        const gameId = newGameId();
        await world.engine.prepare(gameId);
        const outcome = await world.engine.create(spec(gameId, world.images.missing));
        expect(outcome).toEqual({ kind: 'refused', message: expect.any(String) });
        expect(await world.engine.find(gameId)).toEqual({ kind: 'absent' });
      });
    });

    describe('start', () => {
      it('starts it, and a running one is started', async () => {
        const id = await running();
        expect(await incarnation(id)).toMatchObject({
          state: 'running',
          exitCode: null,
          address: expect.stringMatching(/^http:\/\/.+:\d+$/),
        });
        expect(await world.engine.start(id)).toEqual({ kind: 'started' });
      });

      it('starts a stopped one again', async () => {
        const id = await running();
        await world.engine.stop(id, 5_000);
        expect(await world.engine.start(id)).toEqual({ kind: 'started' });
        expect(await incarnation(id)).toMatchObject({ state: 'running', exitCode: null });
      });

      it('tells that the id no longer exists', async () => {
        expect(await world.engine.start(unknownId())).toEqual({ kind: 'gone' });
      });

      it.skipIf(cannot.refusesStart)('of a program that does not exist is refused, or leaves one that has exited', async () => {
        const id = await created(newGameId(), world.images.refusesStart);
        const outcome = await world.engine.start(id);
        expect(['refused', 'started']).toContain(outcome.kind);
        // With an init process in between, it is that one which starts, and fails.
        const state = outcome.kind === 'refused' ? 'created' : 'exited';
        await expect.poll(() => incarnation(id), { timeout: 15_000 }).toMatchObject({ state, address: null });
        if (state === 'exited') expect((await incarnation(id)).exitCode).toBeGreaterThan(0);
      });

      it('of an engine that exits by itself leaves its exit code', async () => {
        const { ref, exitCode } = world.images.exitsEarly;
        const id = await created(newGameId(), ref);
        expect(await world.engine.start(id)).toEqual({ kind: 'started' });
        await expect.poll(() => incarnation(id), { timeout: 15_000 }).toMatchObject({ state: 'exited', exitCode, address: null });
      });
    });

    describe('stop', () => {
      it('asks it to end, and repeating is safe', async () => {
        const id = await running();
        expect(await world.engine.stop(id, 10_000)).toBe('stopped');
        expect(await incarnation(id)).toMatchObject({ state: 'exited', exitCode: 0, address: null });
        expect(await world.engine.stop(id, 10_000)).toBe('already_stopped');
      });

      it('ends it by force after the grace', async () => {
        const id = await running(newGameId(), world.images.ignoresSigterm);
        expect(await world.engine.stop(id, 300)).toBe('stopped');
        expect(await incarnation(id)).toMatchObject({ state: 'exited', exitCode: 137 });
      });

      it('has nothing to do for one that was never started', async () => {
        const id = await created();
        expect(await world.engine.stop(id, 1_000)).toBe('already_stopped');
        expect(await stateOf(id)).toBe('created');
      });

      it.skipIf(cannot.pause)('thaws a paused one, so that it can end', async () => {
        const id = await running();
        await world.pause(id);
        expect(await incarnation(id)).toMatchObject({ state: 'paused', address: null });
        expect(await world.engine.stop(id, 10_000)).toBe('stopped');
        expect(await incarnation(id)).toMatchObject({ state: 'exited', exitCode: 0 });
      });

      it('tells that the id no longer exists', async () => {
        expect(await world.engine.stop(unknownId(), 1_000)).toBe('gone');
      });
    });

    describe('kill', () => {
      it('ends it at once, and repeating is safe', async () => {
        const id = await running(newGameId(), world.images.ignoresSigterm);
        expect(await world.engine.kill(id)).toBe('stopped');
        expect(await incarnation(id)).toMatchObject({ state: 'exited', exitCode: 137 });
        expect(await world.engine.kill(id)).toBe('already_stopped');
        expect(await world.engine.kill(unknownId())).toBe('gone');
      });

      it.skipIf(cannot.pause)('ends a paused one', async () => {
        const id = await running();
        await world.pause(id);
        expect(await world.engine.kill(id)).toBe('stopped');
        await expect.poll(() => stateOf(id)).toBe('exited');
      });
    });

    describe('remove', () => {
      it('removes it by force if it runs, so that its name is free', async () => {
        const gameId = newGameId();
        const id = await running(gameId);
        expect(await world.engine.remove(id)).toBe('removed');
        expect(await world.engine.inspect(id)).toEqual({ kind: 'absent' });
        expect(await world.engine.find(gameId)).toEqual({ kind: 'absent' });
        const next = await created(gameId);
        expect(next).not.toBe(id);
        expect(await world.engine.inspect(id)).toEqual({ kind: 'absent' });
      });

      it('repeating is safe', async () => {
        const id = await created();
        expect(await world.engine.remove(id)).toBe('removed');
        expect(await world.engine.remove(id)).toBe('gone');
      });

      it('three at the same time all end with the id gone', async () => {
        const gameId = newGameId();
        const id = await running(gameId);
        const remove = async () => {
          const outcome = await world.engine.remove(id);
          expect(['removed', 'gone']).toContain(outcome);
          return (await world.engine.find(gameId)).kind;
        };
        expect(await Promise.all([remove(), remove(), remove()])).toEqual(['absent', 'absent', 'absent']);
      });
    });

    describe('find and inspect', () => {
      it('tell that nothing bears the name or the id', async () => {
        expect(await world.engine.find(newGameId())).toEqual({ kind: 'absent' });
        expect(await world.engine.inspect(unknownId())).toEqual({ kind: 'absent' });
      });
    });

    describe('ping', () => {
      it('returns when the engine answers', async () => {
        await expect(world.engine.ping()).resolves.toBeUndefined();
      });
    });

    describe.skipIf(cannot.cutOff)('an engine that is away', () => {
      it('is a fault of every call, and is found again', async () => {
        const [gameId, id] = [newGameId(), unknownId()];
        const { engine, images } = world;
        await world.cutOff();
        const calls = [
          engine.ping(),
          engine.ensureImage(images.healthy, never),
          engine.prepare(gameId),
          engine.create(spec(gameId, images.healthy)),
          engine.start(id),
          engine.stop(id, 1_000),
          engine.kill(id),
          engine.remove(id),
          engine.find(gameId),
          engine.inspect(id),
        ];
        const faults = (await Promise.allSettled(calls)).map((call) => call.status === 'rejected' && (call.reason as unknown));
        for (const fault of faults) {
          expect(fault).toBeInstanceOf(DependencyFault);
          expect(fault).toMatchObject({ dependency: 'container_engine', retryable: true });
        }
        await world.restore();
        await engine.ping();
        expect(await engine.find(gameId)).toEqual({ kind: 'absent' });
      });
    });
  });
}
