import { describe, expect, it } from 'vitest';
import { altered, intercept } from '../../test-support/intercept.test-support.js';
import { claimRequest, listening, setGoing, TTL_MS, workOff } from '../../test-support/operation-runner.test-support.js';
import {
  BAD_IMAGES,
  containersOf,
  decidedResults,
  enqueue,
  makeWorld,
  operationOf,
  pass,
  plantRuntime,
  startJob,
  stopJob,
  type World,
} from '../../test-support/world.test-support.js';

/** Another process takes the operation over, as if its claim had expired. */
async function takeOver(world: World) {
  for (const operation of world.database.operations) operation.expiresAtMs = world.clock.monotonicMs();
  const [claim] = await world.journal.claim(claimRequest({ holder: 'another' }));
  return claim;
}

describe('a claim that is lost', () => {
  it('while the engine is awaited: nothing is asked of the engine any more, and nothing is finished', async () => {
    const world = makeWorld();
    const opId = await enqueue(world, startJob(BAD_IMAGES.neverReady));
    const { seen, calls, forget } = listening(world.engine);
    const { running } = await setGoing(world, { engine: seen });
    await world.clock.advance(1500);
    expect(await takeOver(world)).toMatchObject({ opId, attempt: 2 });
    await world.clock.advance(1000);
    forget();
    await pass(world, running);
    await world.clock.advance(20_000);
    expect(calls).toEqual([]);
    expect(decidedResults(world)).toEqual([]);
    expect(operationOf(world, opId)).toMatchObject({ status: 'running', attempt: 2, holder: 'another' });
    expect(world.events).toContainEqual(expect.objectContaining({ kind: 'operation_lost' }));
  });

  it('unnoticed, until a write says so: the container it just created is left to the new holder', async () => {
    const world = makeWorld();
    const opId = await enqueue(world, startJob());
    const engine = altered(world.engine, {
      create: async (spec) => {
        const created = await world.engine.create(spec);
        await takeOver(world);
        return created;
      },
    });
    const { seen, calls } = listening(engine);
    const { running } = await setGoing(world, { engine: seen });
    await pass(world, running);
    expect(calls.at(-1)).toBe('create');
    expect(operationOf(world, opId)).toMatchObject({ attempt: 2, progress: { step: 'intent', containerId: null } });
    await workOff(world);
    expect(await containersOf(world)).toMatchObject([{ owner: { opId, attempt: 3 }, state: 'running' }]);
  });

  it('unnoticed, until the end: its finish changes nothing', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'running');
    const opId = await enqueue(world, stopJob());
    const journal = intercept('journal', world.journal, async (call) => {
      if (call.method === 'finish') await takeOver(world);
      return call.go();
    });
    const { running } = await setGoing(world, { journal });
    await pass(world, running);
    expect(decidedResults(world)).toEqual([]);
    expect(operationOf(world, opId)).toMatchObject({ status: 'running', holder: 'another' });
    expect(world.events.at(-1)).toMatchObject({ kind: 'operation_lost', operation: { opId, attempt: 1 } });
  });

  it('held by a process that slept: it asks before it touches the engine, and learns', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'running');
    await enqueue(world, stopJob());
    let wakes = (): void => undefined;
    const asleep = new Promise<void>((resolve) => (wakes = resolve));
    const engine = altered(world.engine, {
      inspect: async (id) => {
        await asleep;
        return world.engine.inspect(id);
      },
    });
    const { seen, calls } = listening(engine);
    const { runner, running } = await setGoing(world, { engine: seen });
    runner.die();
    await world.clock.advance(TTL_MS + 1000);
    await takeOver(world);
    wakes();
    await pass(world, running);
    expect(calls).toEqual(['inspect']);
    expect(decidedResults(world)).toEqual([]);
  });
});
