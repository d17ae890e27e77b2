import { DependencyFault } from '@galaxy/ports';
import { describe, expect, it } from 'vitest';
import { containersOn, newGameId } from './container-engine-under-test.js';
import type { ContainerFleetLimits, ContainerFleetUnderTest } from './container-fleet-under-test.js';
import { follow } from './container-fleet-under-test.js';

/** What {@link ContainerFleet} promises of a watch. */
export function fleetWatchPromises(opened: () => ContainerFleetUnderTest, cannot: ContainerFleetLimits): void {
  const { created, running } = containersOn(opened);

  describe('watch', () => {
    it('tells connected first', async () => {
      const watch = await follow(opened().fleet);
      expect(watch.hints[0]).toEqual({ kind: 'connected' });
      await watch.stop();
    });

    it('tells of a container that is made, starts, ends and is removed', async () => {
      const watch = await follow(opened().fleet);
      const { engine } = opened();
      const gameId = newGameId();
      const id = await created(gameId);
      await watch.untilTold(gameId, 1);
      await engine.start(id);
      await watch.untilTold(gameId, 2);
      await engine.kill(id);
      await watch.untilTold(gameId, 3);
      await engine.remove(id);
      await watch.untilTold(gameId, 4);
      await watch.stop();
    });

    it('tells of an engine that ends by itself, which the list then shows', async () => {
      const watch = await follow(opened().fleet);
      const gameId = newGameId();
      const id = await running(gameId);
      await watch.untilTold(gameId, 2);
      await opened().endBehindItsBack(id);
      await watch.untilTold(gameId, 3);
      expect(await opened().fleet.list()).toMatchObject({ incarnations: [{ id, state: 'exited' }] });
      await watch.stop();
    });

    it.skipIf(cannot.pause)('tells of a container that is paused', async () => {
      const watch = await follow(opened().fleet);
      const gameId = newGameId();
      const id = await running(gameId);
      await watch.untilTold(gameId, 2);
      await opened().pause(id);
      await watch.untilTold(gameId, 3);
      await watch.stop();
    });

    it.skipIf(cannot.foreign)('tells nothing of what is not ours', async () => {
      const watch = await follow(opened().fleet);
      const [theirs, ours] = [newGameId(), newGameId()];
      await opened().plantForeign(theirs);
      await created(ours);
      await watch.untilTold(ours, 1);
      expect(watch.told(theirs)).toBe(0);
      await watch.stop();
    });

    it('tells several that watch', async () => {
      const watches = [await follow(opened().fleet), await follow(opened().fleet)];
      const gameId = newGameId();
      await created(gameId);
      for (const watch of watches) await watch.untilTold(gameId, 1);
      for (const watch of watches) await watch.stop();
    });

    it('returns soon after it is aborted, and tells nothing from then on', async () => {
      const watch = await follow(opened().fleet);
      const begun = performance.now();
      await expect(watch.stop()).resolves.toBeUndefined();
      expect(performance.now() - begun).toBeLessThan(1_000);
      const told = watch.hints.length;
      const witness = await follow(opened().fleet);
      const gameId = newGameId();
      await created(gameId);
      await witness.untilTold(gameId, 1);
      expect(watch.hints.length).toBe(told);
      await witness.stop();
      await expect(opened().fleet.watch(() => undefined, AbortSignal.abort())).resolves.toBeUndefined();
    });
  });

  describe.skipIf(cannot.cutOff)('watch, when the engine is away', () => {
    it('is a fault at its beginning', async () => {
      await opened().cutOff();
      const fault: unknown = await opened()
        .fleet.watch(() => undefined, new AbortController().signal)
        .catch((error: unknown) => error);
      expect(fault).toBeInstanceOf(DependencyFault);
      expect(fault).toMatchObject({ dependency: 'container_engine', retryable: true });
      await opened().restore();
    });

    it('goes on by itself over a short absence, with connected again', async () => {
      const watch = await follow(opened().fleet);
      for (const connections of [2, 3]) {
        await opened().cutOff();
        await opened().restore();
        await watch.untilConnected(connections);
      }
      const gameId = newGameId();
      await created(gameId);
      await watch.untilTold(gameId, 1);
      await watch.stop();
    });

    it('lets no change go unseen that happens meanwhile', async () => {
      const id = await running();
      const watch = await follow(opened().fleet);
      await opened().cutOff();
      await opened().endBehindItsBack(id);
      await opened().restore();
      await watch.untilConnected(2);
      expect(await opened().fleet.list()).toMatchObject({ incarnations: [{ id, state: 'exited' }] });
      await watch.stop();
    });
  });
}
