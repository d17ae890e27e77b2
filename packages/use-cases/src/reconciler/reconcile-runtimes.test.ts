import type { ContainerFleet, EngineClient, FleetHint } from '@galaxy/manager-ports';
import { describe, expect, it } from 'vitest';
import { runLoop } from '../lib/run-loop.js';
import { altered, faultOf } from '../test-support/intercept.test-support.js';
import { workOff } from '../test-support/operation-runner.test-support.js';
import {
  eventsOf,
  idOf,
  leaseOf,
  makeWorldReconciler,
  names,
  plantLost,
  queuedOf,
  RECONCILE,
} from '../test-support/reconciler.test-support.js';
import {
  enqueue,
  GAME,
  makeWorld,
  plantContainer,
  plantRuntime,
  recordOf,
  stopJob,
  type World,
} from '../test-support/world.test-support.js';

/** Sets a reconciler's loops going; gives what ends them. */
async function open(world: World, changes: Parameters<typeof makeWorldReconciler>[1] = {}, watched = true) {
  const reconciler = makeWorldReconciler(world, changes);
  const lease = await leaseOf(world);
  const stop = new AbortController();
  const turns = runLoop('reconcile', (signal) => reconciler.turn(lease, signal), stop.signal, world);
  const asks = runLoop('ask', (signal) => reconciler.ask(lease, signal), stop.signal, world);
  const watch = watched ? runLoop('fleet', reconciler.watch, stop.signal, world) : Promise.resolve();
  await world.clock.advance(0);
  return {
    close: async () => {
      stop.abort();
      await world.clock.advance(0);
      await Promise.all([turns, asks, watch]);
    },
  };
}

const passesOf = (world: World) => eventsOf(world, 'reconciled').length;

describe('the loop', () => {
  it('looks at everything at once, and then in regular intervals', async () => {
    const world = makeWorld();
    const { close } = await open(world, {}, false);
    expect(passesOf(world)).toBe(1);
    await world.clock.advance(RECONCILE.intervalMs - 1);
    expect(passesOf(world)).toBe(1);
    await world.clock.advance(1);
    expect(passesOf(world)).toBe(2);
    await world.clock.advance(RECONCILE.intervalMs * 10);
    expect(passesOf(world)).toBe(12);
    await close();
  });

  it('looks again soon after it was connected again', async () => {
    const world = makeWorld();
    const { close } = await open(world);
    await world.clock.advance(100);
    const before = passesOf(world);
    world.engine.comeBack();
    await world.clock.advance(100);
    expect(passesOf(world)).toBe(before + 1);
    await close();
  });

  it('looks at a game soon after it has changed, once for many changes, and does not look at everything', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'running');
    const looks: (readonly string[])[] = [];
    const queue = altered(world.queue, {
      lookAt: async (gameIds) => {
        looks.push(gameIds);
        return world.queue.lookAt(gameIds);
      },
    });
    const { close } = await open(world, { queue });
    await world.clock.advance(1000);
    const before = passesOf(world);
    world.engine.exit(idOf(world, GAME), 1);
    await plantContainer(world, { gameId: 'b' });
    await world.clock.advance(99);
    expect(looks).toEqual([]);
    await world.clock.advance(1);
    expect(looks).toEqual([[GAME, 'b']]);
    expect(queuedOf(world)).toMatchObject([
      { gameId: 'b', verdict: 'adopt' },
      { gameId: GAME, verdict: 'mark_unreachable' },
    ]);
    expect(passesOf(world)).toBe(before);
    await close();
  });

  it('looks as soon beside many engines that are silent', async () => {
    const world = makeWorld();
    for (const gameId of names(40)) await plantRuntime(world, 'engine_unreachable', gameId);
    await plantRuntime(world, 'running');
    const engineClient: EngineClient = {
      health: async (_, signal) => {
        await world.clock.sleep(60_000, signal);
        return { kind: 'unreachable', detail: 'aborted' };
      },
    };
    const { close } = await open(world, { engineClient });
    await world.clock.advance(500);
    world.engine.exit(idOf(world, GAME), 1);
    await world.clock.advance(1000);
    expect(queuedOf(world)).toMatchObject([{ gameId: GAME, verdict: 'mark_unreachable' }]);
    await world.clock.advance(RECONCILE.intervalMs);
    expect(passesOf(world), 'nor does a pass take longer').toBe(3);
    const closing = close();
    await world.clock.advance(2000);
    await closing;
  });

  it('looks at nothing early for changes of its own operations', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'running');
    const { close } = await open(world);
    await enqueue(world, stopJob());
    world.engine.exit(idOf(world, GAME), 0);
    await world.clock.advance(5000);
    expect(queuedOf(world)).toMatchObject([{ op: 'stop' }]);
    await close();
  });

  it('comes to the same without any hint', async () => {
    const world = makeWorld();
    world.fleet.silent = true;
    await plantRuntime(world, 'running');
    const { close } = await open(world);
    world.engine.exit(idOf(world, GAME), 1);
    await world.clock.advance(RECONCILE.intervalMs);
    await close();
    await workOff(world);
    expect(recordOf(world)).toMatchObject({ status: 'engine_unreachable' });
  });

  it('goes on trying while the engine is away, and looks at everything as soon as it is back', async () => {
    const world = makeWorld();
    await plantLost(world, 1);
    world.engine.goAway();
    const { close } = await open(world);
    await world.clock.advance(60_000);
    expect(passesOf(world)).toBe(0);
    expect(eventsOf(world, 'loop_failed').map(({ loop }) => loop)).toEqual(expect.arrayContaining(['reconcile', 'fleet']));
    expect(recordOf(world, 'g00')).toMatchObject({ status: 'running' });
    world.engine.comeBack();
    await world.clock.advance(5000);
    expect(passesOf(world)).toBeGreaterThan(0);
    await close();
  });

  it('goes on when early looks fail, or what it hears is odd', async () => {
    const world = makeWorld();
    const hints: FleetHint[] = [{ kind: 'connected' }, { kind: 'changed', gameId: 'Not A Game' }, { kind: 'changed', gameId: 'unknown' }];
    const fleet = altered<ContainerFleet>(world.fleet, {
      watch: async (onHint, signal) => {
        for (const hint of hints) onHint(hint);
        await world.clock.sleep(500, signal);
        if (!signal.aborted) throw faultOf('container_engine');
      },
    });
    const engine = { find: () => Promise.reject(new TypeError('a bug')), inspect: () => Promise.reject(new TypeError('a bug')) };
    const { close } = await open(world, { fleet, engine });
    await world.clock.advance(RECONCILE.intervalMs * 2);
    expect(passesOf(world)).toBeGreaterThan(2);
    await close();
  });

  it('looks at everything soon when an early look failed, as what it was told of is told once only', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'running');
    const queue = altered(world.queue, { lookAt: () => Promise.reject(faultOf('postgres')) });
    const { close } = await open(world, { queue });
    await world.clock.advance(1000);
    world.engine.exit(idOf(world, GAME), 1);
    await world.clock.advance(1000);
    expect(queuedOf(world)).toMatchObject([{ gameId: GAME, verdict: 'mark_unreachable' }]);
    await close();
  });

  it('looks at everything at once when the lease came back to it', async () => {
    const world = makeWorld();
    const reconciler = makeWorldReconciler(world);
    const stop = new AbortController();
    const lease = await leaseOf(world);
    await reconciler.turn(lease, stop.signal);
    await reconciler.turn({ ...lease, epoch: lease.epoch + 1n }, stop.signal);
    expect(passesOf(world)).toBe(2);
  });

  it('ends when told to, whatever it waits for', async () => {
    const world = makeWorld();
    const { close } = await open(world);
    await world.clock.advance(1000);
    await close();
    await world.clock.advance(RECONCILE.intervalMs * 2);
    const passes = passesOf(world);
    await world.clock.advance(RECONCILE.intervalMs * 2);
    expect(passesOf(world)).toBe(passes);
    expect(world.clock.sleeping).toBe(0);
  });
});
