import { describe, expect, it } from 'vitest';
import type { ContainerEngineLimits, ContainerEngineUnderTest } from './container-engine-under-test.js';
import { containersOn, newGameId, unknownId } from './container-engine-under-test.js';

/** What {@link ContainerEngine} promises of starts, stops, kills and removals. */
export function runningPromises(opened: () => ContainerEngineUnderTest, cannot: ContainerEngineLimits): void {
  const { created, running, incarnation, stateOf } = containersOn(opened);

  describe('start', () => {
    it('starts it, and a running one is started', async () => {
      const id = await running();
      expect(await incarnation(id)).toMatchObject({
        state: 'running',
        exitCode: null,
        address: expect.stringMatching(/^http:\/\/.+:\d+$/),
      });
      expect(await opened().engine.start(id)).toEqual({ kind: 'started' });
    });

    it('starts a stopped one again', async () => {
      const id = await running();
      await opened().engine.stop(id, 5_000);
      expect(await opened().engine.start(id)).toEqual({ kind: 'started' });
      expect(await incarnation(id)).toMatchObject({ state: 'running', exitCode: null });
    });

    it('tells that the id no longer exists', async () => {
      expect(await opened().engine.start(unknownId())).toEqual({ kind: 'gone' });
    });

    it.skipIf(cannot.refusesStart)('of a program that does not exist is refused, or leaves one that has exited', async () => {
      const id = await created(newGameId(), opened().images.refusesStart);
      const outcome = await opened().engine.start(id);
      expect(['refused', 'started']).toContain(outcome.kind);
      // With an init process in between, it is that one which starts, and fails.
      const state = outcome.kind === 'refused' ? 'created' : 'exited';
      await expect.poll(() => incarnation(id), { timeout: 15_000 }).toMatchObject({ state, address: null });
      if (state === 'exited') expect((await incarnation(id)).exitCode).toBeGreaterThan(0);
    });

    it('of an engine that exits by itself leaves its exit code', async () => {
      const { ref, exitCode } = opened().images.exitsEarly;
      const id = await created(newGameId(), ref);
      expect(await opened().engine.start(id)).toEqual({ kind: 'started' });
      await expect.poll(() => incarnation(id), { timeout: 15_000 }).toMatchObject({ state: 'exited', exitCode, address: null });
    });
  });

  describe('stop', () => {
    it('asks it to end, and repeating is safe', async () => {
      const id = await running();
      expect(await opened().engine.stop(id, 10_000)).toBe('stopped');
      expect(await incarnation(id)).toMatchObject({ state: 'exited', exitCode: 0, address: null });
      expect(await opened().engine.stop(id, 10_000)).toBe('already_stopped');
    });

    it('ends it by force after the grace', async () => {
      const id = await running(newGameId(), opened().images.ignoresSigterm);
      expect(await opened().engine.stop(id, 300)).toBe('stopped');
      expect(await incarnation(id)).toMatchObject({ state: 'exited', exitCode: 137 });
    });

    it('has nothing to do for one that was never started', async () => {
      const id = await created();
      expect(await opened().engine.stop(id, 1_000)).toBe('already_stopped');
      expect(await stateOf(id)).toBe('created');
    });

    it.skipIf(cannot.pause)('thaws a paused one, so that it can end', async () => {
      const id = await running();
      await opened().pause(id);
      expect(await incarnation(id)).toMatchObject({ state: 'paused', address: null });
      expect(await opened().engine.stop(id, 10_000)).toBe('stopped');
      expect(await incarnation(id)).toMatchObject({ state: 'exited', exitCode: 0 });
    });

    it('tells that the id no longer exists', async () => {
      expect(await opened().engine.stop(unknownId(), 1_000)).toBe('gone');
    });
  });

  describe('kill', () => {
    it('ends it at once, and repeating is safe', async () => {
      const id = await running(newGameId(), opened().images.ignoresSigterm);
      expect(await opened().engine.kill(id)).toBe('stopped');
      expect(await incarnation(id)).toMatchObject({ state: 'exited', exitCode: 137 });
      expect(await opened().engine.kill(id)).toBe('already_stopped');
      expect(await opened().engine.kill(unknownId())).toBe('gone');
    });

    it.skipIf(cannot.pause)('ends a paused one', async () => {
      const id = await running();
      await opened().pause(id);
      expect(await opened().engine.kill(id)).toBe('stopped');
      await expect.poll(() => stateOf(id)).toBe('exited');
    });
  });

  describe('remove', () => {
    it('removes it by force if it runs, so that its name is free', async () => {
      const gameId = newGameId();
      const id = await running(gameId);
      expect(await opened().engine.remove(id)).toBe('removed');
      expect(await opened().engine.inspect(id)).toEqual({ kind: 'absent' });
      expect(await opened().engine.find(gameId)).toEqual({ kind: 'absent' });
      const next = await created(gameId);
      expect(next).not.toBe(id);
      expect(await opened().engine.inspect(id)).toEqual({ kind: 'absent' });
    });

    it('repeating is safe', async () => {
      const id = await created();
      expect(await opened().engine.remove(id)).toBe('removed');
      expect(await opened().engine.remove(id)).toBe('gone');
    });

    it('three at the same time all end with the id gone', async () => {
      const gameId = newGameId();
      const id = await running(gameId);
      const remove = async () => {
        const outcome = await opened().engine.remove(id);
        expect(['removed', 'gone']).toContain(outcome);
        return (await opened().engine.find(gameId)).kind;
      };
      expect(await Promise.all([remove(), remove(), remove()])).toEqual(['absent', 'absent', 'absent']);
    });
  });
}
