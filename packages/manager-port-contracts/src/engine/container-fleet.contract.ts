import { containerName } from '@galaxy/domain';
import type { FleetInventory, IncarnationState } from '@galaxy/manager-ports';
import { DependencyFault } from '@galaxy/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { containersOn, never, newGameId, specOf } from './container-engine-under-test.js';
import type { ContainerFleetLimits, ContainerFleetUnderTest } from './container-fleet-under-test.js';
import { fleetWatchPromises } from './container-fleet-watch.js';

/** The promises of {@link ContainerFleet}, for an adapter to pass. */
export function containerFleetContract(
  name: string,
  open: () => Promise<ContainerFleetUnderTest>,
  cannot: ContainerFleetLimits = {},
): void {
  describe(`ContainerFleet: ${name}`, () => {
    let world: ContainerFleetUnderTest | undefined;
    const opened = (): ContainerFleetUnderTest => {
      if (world === undefined) throw new Error('no container fleet is open');
      return world;
    };
    beforeEach(async () => {
      world = await open();
    });
    afterEach(() => opened().close());
    const { created, running } = containersOn(opened);

    const statesIn = ({ incarnations }: FleetInventory): Record<string, IncarnationState> =>
      Object.fromEntries(incarnations.map(({ id, state }) => [id, state]));

    describe('list', () => {
      it('is empty where there is nothing of ours', async () => {
        expect(await opened().fleet.list()).toMatchObject({ incarnations: [] });
      });

      it('shows a container with its owner and its image', async () => {
        const { engine, fleet, images } = opened();
        const spec = { ...specOf(newGameId(), images.healthy), attempt: 7 };
        await engine.ensureImage(spec.imageRef, never);
        await engine.prepare(spec.gameId);
        const outcome = await engine.create(spec);
        if (outcome.kind !== 'created') throw new Error(outcome.kind);
        const { gameId, opId, attempt, imageRef } = spec;
        const { incarnations, foreign } = await fleet.list();
        expect(incarnations).toEqual([{ id: outcome.id, owner: { gameId, opId, attempt }, imageRef, state: 'created' }]);
        expect(foreign.map(({ id }) => id)).not.toContain(outcome.id);
      });

      it('shows what is created, running and exited, and no longer what was removed', async () => {
        const { engine, fleet } = opened();
        const [waiting, alive, over, gone] = [await created(), await running(), await running(), await created()];
        await engine.kill(over);
        await engine.remove(gone);
        expect(statesIn(await fleet.list())).toEqual({ [waiting]: 'created', [alive]: 'running', [over]: 'exited' });
      });

      it.skipIf(cannot.pause)('shows what is paused', async () => {
        const id = await running();
        await opened().pause(id);
        expect(statesIn(await opened().fleet.list())).toEqual({ [id]: 'paused' });
      });

      it.skipIf(cannot.foreign)("shows what bears a game's name but is not ours as foreign", async () => {
        const gameId = newGameId();
        const id = await opened().plantForeign(gameId);
        const { incarnations, foreign } = await opened().fleet.list();
        expect(foreign).toContainEqual({ id, name: containerName(gameId) });
        expect(incarnations).toEqual([]);
      });

      it('names the same engine each time, also when asked twice at once', async () => {
        const { fleet } = opened();
        const lists = [await fleet.list(), ...(await Promise.all([fleet.list(), fleet.list()]))];
        const [first, ...others] = lists.map(({ engineId }) => engineId);
        expect(first).not.toBe('');
        expect(others).toEqual([first, first]);
      });

      it.skipIf(cannot.cutOff)('is a fault when the engine is away, and finds the same engine again', async () => {
        const { fleet } = opened();
        const id = await created();
        const { engineId } = await fleet.list();
        await opened().cutOff();
        const fault: unknown = await fleet.list().catch((error: unknown) => error);
        expect(fault).toBeInstanceOf(DependencyFault);
        expect(fault).toMatchObject({ dependency: 'container_engine', retryable: true });
        await opened().restore();
        expect(await fleet.list()).toMatchObject({ engineId, incarnations: [{ id }] });
      });
    });

    fleetWatchPromises(opened, cannot);
  });
}
