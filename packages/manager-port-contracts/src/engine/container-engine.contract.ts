import { DependencyFault } from '@galaxy/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makingPromises } from './container-engine-making.js';
import { runningPromises } from './container-engine-running.js';
import type { ContainerEngineLimits, ContainerEngineUnderTest } from './container-engine-under-test.js';
import { never, newGameId, specOf, unknownId } from './container-engine-under-test.js';

/** The promises of {@link ContainerEngine}, for an adapter to pass. */
export function containerEngineContract(
  name: string,
  open: () => Promise<ContainerEngineUnderTest>,
  cannot: ContainerEngineLimits = {},
): void {
  describe(`ContainerEngine: ${name}`, () => {
    let world: ContainerEngineUnderTest | undefined;
    const opened = (): ContainerEngineUnderTest => {
      if (world === undefined) throw new Error('no container engine is open');
      return world;
    };
    beforeEach(async () => {
      world = await open();
    });
    afterEach(() => opened().close());

    makingPromises(opened, cannot);
    runningPromises(opened, cannot);

    describe('find and inspect', () => {
      it('tell that nothing bears the name or the id', async () => {
        expect(await opened().engine.find(newGameId())).toEqual({ kind: 'absent' });
        expect(await opened().engine.inspect(unknownId())).toEqual({ kind: 'absent' });
      });
    });

    describe('ping', () => {
      it('returns when the engine answers', async () => {
        await expect(opened().engine.ping()).resolves.toBeUndefined();
      });
    });

    describe.skipIf(cannot.cutOff)('an engine that is away', () => {
      it('is a fault of every call, and is found again', async () => {
        const [gameId, id] = [newGameId(), unknownId()];
        const { engine, images } = opened();
        await opened().cutOff();
        const calls = [
          engine.ping(),
          engine.ensureImage(images.healthy, never),
          engine.prepare(gameId),
          engine.create(specOf(gameId, images.healthy)),
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
        await opened().restore();
        await engine.ping();
        expect(await engine.find(gameId)).toEqual({ kind: 'absent' });
      });
    });
  });
}
