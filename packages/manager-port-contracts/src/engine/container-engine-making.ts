import { describe, expect, it } from 'vitest';
import type { ContainerEngineLimits, ContainerEngineUnderTest } from './container-engine-under-test.js';
import { never, newGameId, specOf } from './container-engine-under-test.js';

/** What {@link ContainerEngine} promises of images, preparations and creates. */
export function makingPromises(opened: () => ContainerEngineUnderTest, cannot: ContainerEngineLimits): void {
  describe('ensureImage', () => {
    it('makes the image available, and repeating is safe', async () => {
      const ask = () => opened().engine.ensureImage(opened().images.healthy, never);
      expect(await Promise.all([ask(), ask(), ask()])).toEqual(Array(3).fill({ kind: 'available' }));
      expect(await ask()).toEqual({ kind: 'available' });
    });

    it('tells why an image is not to be had', async () => {
      const outcome = await opened().engine.ensureImage(opened().images.missing, never);
      expect(outcome).toEqual({ kind: 'unavailable', reason: expect.any(String), message: expect.any(String) });
    });

    it('is aborted when the signal fired', async () => {
      expect(await opened().engine.ensureImage(opened().images.healthy, AbortSignal.abort())).toEqual({ kind: 'aborted' });
    });
  });

  describe('prepare', () => {
    it('repeating is safe, also at the same time', async () => {
      const gameId = newGameId();
      const outcomes = await Promise.all(Array.from({ length: 5 }, () => opened().engine.prepare(gameId)));
      expect([...outcomes, await opened().engine.prepare(gameId)]).toEqual(Array(6).fill({ kind: 'prepared' }));
    });
  });

  describe('create', () => {
    it("creates the game's container, not yet running, under the game's name", async () => {
      const gameId = newGameId();
      const wanted = { ...specOf(gameId, opened().images.healthy), attempt: 7 };
      await opened().engine.ensureImage(wanted.imageRef, never);
      await opened().engine.prepare(gameId);
      const outcome = await opened().engine.create(wanted);
      const id = outcome.kind === 'created' ? outcome.id : '';
      const owner = { gameId, opId: wanted.opId, attempt: 7 };
      const imageId = expect.toSatisfy((value: unknown) => typeof value === 'string' && value !== '');
      const expected = {
        id,
        owner,
        imageRef: wanted.imageRef,
        imageId,
        state: 'created',
        exitCode: null,
        outOfMemory: false,
        address: null,
      };
      expect(await opened().engine.find(gameId)).toEqual({ kind: 'ours', incarnation: expected });
      expect(await opened().engine.inspect(id)).toEqual({ kind: 'ours', incarnation: expected });
    });

    it('of five at the same time creates one: the name is taken for the others', async () => {
      const gameId = newGameId();
      await opened().engine.ensureImage(opened().images.healthy, never);
      await opened().engine.prepare(gameId);
      const create = () => opened().engine.create(specOf(gameId, opened().images.healthy));
      const kinds = (await Promise.all(Array.from({ length: 5 }, create))).map((outcome) => outcome.kind);
      expect(kinds.sort()).toEqual(['created', ...Array<string>(4).fill('name_taken')]);
    });

    it.skipIf(cannot.foreign)('leaves a foreign container alone that bears the name', async () => {
      const gameId = newGameId();
      await opened().engine.ensureImage(opened().images.healthy, never);
      await opened().engine.prepare(gameId);
      const id = await opened().plantForeign(gameId);
      expect(await opened().engine.create(specOf(gameId, opened().images.healthy))).toEqual({ kind: 'name_taken' });
      expect(await opened().engine.find(gameId)).toEqual({ kind: 'foreign', id });
      expect(await opened().engine.inspect(id)).toEqual({ kind: 'foreign', id });
    });

    it('is no success for an image that is not there', async () => {
      const gameId = newGameId();
      await opened().engine.prepare(gameId);
      const outcome = await opened().engine.create(specOf(gameId, opened().images.missing));
      expect(outcome).toEqual({ kind: 'refused', message: expect.any(String) });
      expect(await opened().engine.find(gameId)).toEqual({ kind: 'absent' });
    });
  });
}
