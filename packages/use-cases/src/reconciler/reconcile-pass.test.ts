import { COORDINATOR_LEASE, type ContainerFleet, type EngineClient } from '@galaxy/manager-ports';
import { describe, expect, it } from 'vitest';
import { makeWakeup } from '../lib/wakeup.js';
import { altered, faultOf, intercept } from '../test-support/intercept.test-support.js';
import { makeOperationRunner, workOff } from '../test-support/operation-runner.test-support.js';
import {
  decisionsOf,
  eventsOf,
  idOf,
  leaseOf,
  names,
  plantLost,
  queuedOf,
  RECONCILE,
  setUpReconciler,
} from '../test-support/reconciler.test-support.js';
import {
  BAD_IMAGES,
  containersOf,
  enqueue,
  GAME,
  makeWorld,
  plantContainer,
  plantRuntime,
  recordOf,
  startJob,
  stopJob,
  type World,
} from '../test-support/world.test-support.js';

describe('a pass that finds nothing', () => {
  it('queues and writes nothing, and tells how much it looked at', async () => {
    const world = makeWorld();
    for (const [gameId, status] of Object.entries({ a: 'running', b: 'stopped', c: 'removed', d: 'finished' } as const))
      await plantRuntime(world, status, gameId);
    const writes: string[] = [];
    const listen = <T extends object>(target: T) =>
      intercept('store', target, async ({ method, go }) => {
        if (method === 'set' || method === 'queue' || method === 'clear') writes.push(method);
        return go();
      });
    const { pass } = await setUpReconciler({ queue: listen(world.queue), holds: listen(world.holds), facts: listen(world.facts) }, world);
    await pass();
    expect(writes.splice(0), 'the engine it knows from now on').toEqual(['set']);
    expect(await pass()).toEqual({ containers: 3, games: 3, drifts: [], foreign: [] });
    expect(writes).toEqual([]);
    expect(eventsOf(world, 'reconciled')).toHaveLength(2);
    expect(eventsOf(world, 'reconciled')[0]).toMatchObject({ containers: 3, games: 3, queued: 0 });
  });

  it('asks the engine once, and the engines of games never', async () => {
    const world = makeWorld();
    for (const gameId of names(20)) await plantRuntime(world, 'running', gameId);
    const calls: string[] = [];
    const listen = <T extends object>(port: string, target: T) =>
      intercept(port, target, async ({ method, go }) => {
        calls.push(`${port}.${method}`);
        return go();
      });
    const engineClient = listen('engineClient', world.engineClient);
    const { pass } = await setUpReconciler(
      { engine: listen('engine', world.engine), fleet: listen('fleet', world.fleet), engineClient },
      world,
    );
    await pass();
    expect(calls).toEqual(['fleet.list']);
  });
});

describe('what ends nothing', () => {
  it('is queued at once, and wakes those who carry it out', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'running', 'a');
    world.engine.exit(idOf(world, 'a'), 1);
    await plantContainer(world, { gameId: 'b' });
    let woken = 0;
    const { pass } = await setUpReconciler({ work: altered(makeWakeup(world.clock), { wake: () => (woken += 1) }) }, world);
    expect(decisionsOf(await pass())).toEqual({ a: 'queued', b: 'queued' });
    expect(woken).toBe(1);
    await workOff(world);
    expect(recordOf(world, 'a')).toMatchObject({ status: 'engine_unreachable' });
    expect(recordOf(world, 'b')).toMatchObject({ status: 'running' });
    expect(eventsOf(world, 'drift_found').map(({ gameId, verdict, decision, reason }) => [gameId, verdict, decision, reason])).toEqual([
      ['a', 'mark_unreachable', 'queued', 'record running, container ended'],
      ['b', 'adopt', 'queued', 'record none, container running'],
    ]);
  });

  it('is not queued for a game that has an operation open', async () => {
    const { world, pass } = await setUpReconciler();
    await plantRuntime(world, 'running');
    world.engine.exit(idOf(world, GAME), 1);
    await enqueue(world, stopJob());
    expect((await pass()).drifts).toEqual([]);
    expect(queuedOf(world)).toMatchObject([{ op: 'stop' }]);
  });

  it('is left out when the game got an operation by the time it is queued', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'running');
    world.engine.exit(idOf(world, GAME), 1);
    const queue = altered(world.queue, {
      queue: async (lease, acts) => {
        await enqueue(world, stopJob());
        return world.queue.queue(lease, acts);
      },
    });
    const { pass } = await setUpReconciler({ queue }, world);
    expect((await pass()).drifts).toEqual([]);
    expect(eventsOf(world, 'drift_found')).toEqual([]);
  });

  it('is not queued by one whose lease is somebody else’s by now', async () => {
    const { world, pass } = await setUpReconciler();
    await plantContainer(world);
    const lease = world.database.leases.get(COORDINATOR_LEASE);
    if (lease !== undefined) lease.holder = 'another';
    expect((await pass()).drifts).toEqual([]);
    expect(queuedOf(world)).toEqual([]);
  });
});

describe('what ends something', () => {
  it('is queued when it was seen twice, over the grace', async () => {
    const { world, pass, next } = await setUpReconciler();
    await plantLost(world, 1);
    expect(decisionsOf(await pass())).toEqual({ g00: 'seen_once' });
    await world.clock.advance(RECONCILE.graceMs - 1);
    expect(decisionsOf(await pass())).toEqual({ g00: 'too_young' });
    expect(queuedOf(world)).toEqual([]);
    expect(decisionsOf(await next())).toEqual({ g00: 'queued' });
    await workOff(world);
    expect(recordOf(world, 'g00')).toMatchObject({ status: 'removed' });
    expect((await next()).drifts).toEqual([]);
    expect(eventsOf(world, 'drift_found').map(({ decision }) => decision)).toEqual(['seen_once', 'too_young', 'queued']);
  });

  it('needs to be the same, and still there', async () => {
    const { world, pass, next } = await setUpReconciler();
    const first = await plantContainer(world, { running: false });
    await pass();
    await world.engine.remove(first);
    await plantContainer(world, { running: false });
    expect(decisionsOf(await next())).toEqual({ [GAME]: 'seen_once' });
    for (const id of world.engine.ids) await world.engine.remove(id);
    expect((await next()).drifts).toEqual([]);
  });

  it('is seen anew after an engine that did not answer', async () => {
    const { world, pass, next } = await setUpReconciler();
    await plantLost(world, 1);
    await pass();
    world.engine.goAway();
    await expect(next()).rejects.toMatchObject({ dependency: 'container_engine' });
    world.engine.comeBack();
    expect(decisionsOf(await next())).toEqual({ g00: 'seen_once' });
    expect(decisionsOf(await next())).toEqual({ g00: 'queued' });
  });

  it('is seen anew under another lease', async () => {
    const { world, reconciler, pass } = await setUpReconciler();
    await plantLost(world, 1);
    await pass();
    await world.clock.advance(1e9);
    const again = await leaseOf(world);
    expect(decisionsOf(await reconciler.pass(again))).toEqual({ g00: 'seen_once' });
  });

  it('a look that took long is no nearer to the next than its end', async () => {
    const world = makeWorld();
    await plantLost(world, 1);
    let takesMs: number = RECONCILE.intervalMs;
    const fleet = altered<ContainerFleet>(world.fleet, {
      list: async () => {
        const inventory = await world.fleet.list();
        await world.clock.sleep(takesMs);
        return inventory;
      },
    });
    const { pass } = await setUpReconciler({ fleet }, world);
    const slow = pass();
    await world.clock.advance(takesMs);
    await slow;
    takesMs = 0;
    expect(decisionsOf(await pass())).toEqual({ g00: 'too_young' });
  });

  it('goes within the budget of a pass', async () => {
    const { world, pass, next } = await setUpReconciler();
    await plantLost(world, 5);
    await pass();
    expect(Object.values(decisionsOf(await next()))).toEqual(['queued', 'queued', 'queued', 'over_budget', 'over_budget']);
    await workOff(world);
    expect(decisionsOf(await next())).toEqual({ g03: 'queued', g04: 'queued' });
  });

  it('comes back after longer when acting on it did not help', async () => {
    const { world, pass, next } = await setUpReconciler();
    await plantRuntime(world, 'stopped');
    await world.engine.start(idOf(world, GAME));
    const engine = altered(world.engine, { stop: async () => 'stopped', kill: async () => 'stopped' });
    await pass();
    expect(decisionsOf(await next())).toEqual({ [GAME]: 'queued' });
    await workOff(world, makeOperationRunner(world, { engine }));
    const decisions = [];
    for (let passes = 0; passes < 4; passes += 1) decisions.push(decisionsOf(await next())[GAME]);
    expect(decisions).toEqual(['seen_once', 'too_young', 'queued', undefined]);
  });

  it('orphans are removed, and the container that counts stays', async () => {
    const { world, pass, next } = await setUpReconciler();
    const orphan = await plantContainer(world);
    world.engine.rename(orphan, 'another-name');
    await plantRuntime(world, 'running');
    expect(decisionsOf(await pass())).toEqual({ [GAME]: 'seen_once' });
    expect(await next()).toMatchObject({ drifts: [{ verdict: 'leave', orphans: [orphan], decision: 'queued' }] });
    await workOff(world);
    expect(await containersOf(world)).toMatchObject([{ id: idOf(world, GAME) }]);
  });

  it('a container of ours under another name, of a game that knows none, is a orphan', async () => {
    const { world, pass, next } = await setUpReconciler();
    world.engine.rename(await plantContainer(world), 'another-name');
    await pass();
    await next();
    await workOff(world);
    expect(await containersOf(world)).toEqual([]);
    expect(recordOf(world)).toBeNull();
  });
});

describe('engines that do not answer', () => {
  const client = (healthy: ReadonlySet<string>): EngineClient => ({
    health: async (address) =>
      [...healthy].some((id) => address.includes(id.slice(0, 12))) ? { kind: 'healthy' } : { kind: 'unreachable', detail: '' },
  });

  it('queue nothing until they answer again', async () => {
    const world = makeWorld();
    const healthy = new Set<string>();
    const engineClient = client(healthy);
    const { pass, next } = await setUpReconciler({ engineClient }, world);
    await plantRuntime(world, 'engine_unreachable');
    expect((await pass()).drifts).toEqual([]);
    expect((await next()).drifts).toEqual([]);
    expect(queuedOf(world)).toEqual([]);
    healthy.add(idOf(world, GAME));
    expect(decisionsOf(await next())).toEqual({ [GAME]: 'queued' });
    await workOff(world, makeOperationRunner(world, { engineClient }));
    expect(recordOf(world)).toMatchObject({ status: 'running' });
  });

  it('hold up no other act, and are asked side by side', async () => {
    const world = makeWorld();
    for (const gameId of names(16)) await plantRuntime(world, 'engine_unreachable', gameId);
    await plantContainer(world);
    const engineClient: EngineClient = {
      health: async (_, signal) => {
        await world.clock.sleep(60_000, signal);
        return { kind: 'unreachable', detail: 'aborted' };
      },
    };
    const { pass } = await setUpReconciler({ engineClient }, world);
    const passing = pass();
    await world.clock.advance(1);
    expect(queuedOf(world)).toMatchObject([{ gameId: GAME, verdict: 'adopt' }]);
    await world.clock.advance(1999);
    expect(decisionsOf(await passing)).toEqual({ [GAME]: 'queued' });
  });

  it('of a start that was left behind are asked by the process that carries it out', async () => {
    const { world, pass } = await setUpReconciler();
    await plantRuntime(world, 'starting');
    await plantContainer(world, { imageRef: BAD_IMAGES.neverReady });
    expect(decisionsOf(await pass())).toEqual({ [GAME]: 'queued' });
    await workOff(world);
    expect(recordOf(world)).toMatchObject({ status: 'engine_unreachable' });
  });
});

describe('a container that hangs', () => {
  /** The world's engine, which does not answer about that container, whatever its name. */
  const hanging = (world: World, hung: string) =>
    intercept('engine', world.engine, async ({ args, go }) => {
      if (args[0] === hung || args[0] === 'hung') throw faultOf('container_engine');
      return go();
    });

  it('hides no other game, and nothing is done about its own', async () => {
    const world = makeWorld();
    const engine = hanging(world, await plantContainer(world, { gameId: 'hung' }));
    await plantRuntime(world, 'running');
    world.engine.exit(idOf(world, GAME), 1);
    const orphan = await plantContainer(world, { gameId: 'orphan', running: false });
    const { pass, next } = await setUpReconciler({ engine }, world);
    expect(decisionsOf(await pass())).toEqual({ [GAME]: 'queued', orphan: 'seen_once' });
    await workOff(world);
    expect(decisionsOf(await next())).toEqual({ orphan: 'queued' });
    await workOff(world);
    expect(world.engine.ids).not.toContain(orphan);
    expect(await containersOf(world)).toHaveLength(2);
  });

  it('keeps no other silent engine from being asked', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'engine_unreachable', 'hung');
    await plantRuntime(world, 'engine_unreachable');
    const { pass } = await setUpReconciler({ engine: hanging(world, idOf(world, 'hung')) }, world);
    expect(decisionsOf(await pass())).toEqual({ [GAME]: 'queued' });
  });

  it('spoils no early look at another', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'running', 'hung');
    await plantRuntime(world, 'running');
    world.engine.exit(idOf(world, GAME), 1);
    const { reconciler, lease } = await setUpReconciler({ engine: hanging(world, idOf(world, 'hung')) }, world);
    expect(decisionsOf({ drifts: await reconciler.lookAt(lease, ['hung', GAME]) })).toEqual({ [GAME]: 'queued' });
  });
});

describe('containers of others', () => {
  it('are told of once, and never touched', async () => {
    const { world, pass, next } = await setUpReconciler();
    const id = world.engine.plantForeign(GAME);
    await plantRuntime(world, 'removed', GAME);
    expect((await pass()).foreign).toEqual([{ id, name: `galaxy-game-${GAME}` }]);
    expect((await next()).drifts).toEqual([]);
    expect(eventsOf(world, 'foreign_container')).toEqual([{ kind: 'foreign_container', id, name: `galaxy-game-${GAME}` }]);
    expect(world.engine.ids).toEqual([id]);
  });
});

describe('dry', () => {
  it('everything is told and nothing is done, nor held', async () => {
    const { world, pass, next } = await setUpReconciler({ dryRun: true });
    await plantLost(world, 6);
    await plantContainer(world, { gameId: 'a' });
    await pass();
    expect(new Set(Object.values(decisionsOf(await next())))).toEqual(new Set(['dry_run']));
    expect(queuedOf(world)).toEqual([]);
    expect(await world.holds.list()).toEqual([]);
    expect(world.database.facts.size).toBe(0);
    expect(eventsOf(world, 'drift_found')).toHaveLength(7);
  });

  it('a report tells the same, without being heard', async () => {
    const { world, reconciler, next } = await setUpReconciler();
    await plantLost(world, 1);
    expect(decisionsOf(await reconciler.report())).toEqual({ g00: 'dry_run' });
    expect(world.events).toEqual([]);
    expect(world.database.facts.size).toBe(0);
    expect(decisionsOf(await next()), 'and does not count as seen').toEqual({ g00: 'seen_once' });
  });
});

describe('an early look', () => {
  it('queues at once what ends nothing, for the games named only', async () => {
    const { world, reconciler, lease } = await setUpReconciler();
    for (const gameId of ['a', 'b']) {
      await plantRuntime(world, 'running', gameId);
      world.engine.exit(idOf(world, gameId), 1);
    }
    expect(decisionsOf({ drifts: await reconciler.lookAt(lease, ['a']) })).toEqual({ a: 'queued' });
    expect(queuedOf(world)).toEqual([{ gameId: 'a', op: 'reconcile', verdict: 'mark_unreachable' }]);
    expect(eventsOf(world, 'drift_found')).toMatchObject([{ gameId: 'a', decision: 'queued' }]);
  });

  it('leaves what ends something, and does not count as a look at it', async () => {
    const { world, reconciler, lease, pass, next } = await setUpReconciler();
    await plantLost(world, 1);
    expect(await reconciler.lookAt(lease, ['g00'])).toEqual([]);
    await world.clock.advance(RECONCILE.graceMs);
    expect(decisionsOf(await pass())).toEqual({ g00: 'seen_once' });
    expect(decisionsOf(await next())).toEqual({ g00: 'queued' });
  });

  it('leaves a game that has an operation open, and names that are none', async () => {
    const { world, reconciler, lease } = await setUpReconciler();
    await enqueue(world, startJob());
    await plantContainer(world);
    expect(await reconciler.lookAt(lease, [GAME, 'Not A Game', 'unknown'])).toEqual([]);
  });

  it('lets an engine be asked that was unreachable', async () => {
    const { world, reconciler, lease } = await setUpReconciler();
    await plantRuntime(world, 'engine_unreachable');
    expect(await reconciler.lookAt(lease, [GAME])).toEqual([]);
    expect(decisionsOf({ drifts: await reconciler.askSilent(lease) })).toEqual({ [GAME]: 'queued' });
    expect(await reconciler.askSilent(lease), 'each look asks once').toEqual([]);
  });

  it('fails when the engine does not answer', async () => {
    const { reconciler, lease } = await setUpReconciler({
      engine: { find: () => Promise.reject(faultOf('container_engine')), inspect: () => Promise.reject(faultOf('container_engine')) },
    });
    await expect(reconciler.lookAt(lease, [GAME])).rejects.toMatchObject({ dependency: 'container_engine' });
  });
});

it('labels that name no game spoil nothing', async () => {
  const { world, pass } = await setUpReconciler();
  await plantContainer(world);
  const listed = world.engine.inventory;
  const odd = { ...listed.incarnations[0]!, id: 'odd', owner: { gameId: 'Not A Game', opId: 'o', attempt: 1 } };
  const fleet = altered<ContainerFleet>(world.fleet, {
    list: async () => ({ engineId: 'memory', foreign: [], incarnations: [...listed.incarnations, odd] }),
  });
  const { pass: oddPass } = await setUpReconciler({ fleet }, world);
  expect(decisionsOf(await oddPass())).toEqual({ [GAME]: 'queued' });
  expect(await pass()).toMatchObject({ containers: 1 });
});

it.each(['before', 'after'] as const)('wherever a call of a pass fails, %s it took effect, later passes put all right', async (moment) => {
  for (let at = 1, met = true; met; at += 1) {
    const world = makeWorld();
    let calls = 0;
    const failing = <T extends object>(port: string, target: T) =>
      intercept(port, target, async ({ go }) => {
        calls += 1;
        if (calls !== at) return go();
        if (moment === 'after') await go();
        throw faultOf('postgres');
      });
    const { fleet, engine, queue, holds, facts } = world;
    const ports = { engine: failing('engine', engine), queue: failing('queue', queue), holds: failing('holds', holds) };
    const { pass, next } = await setUpReconciler({ ...ports, fleet: failing('fleet', fleet), facts: failing('facts', facts) }, world);
    await plantContainer(world, { gameId: 'adopted' });
    await plantContainer(world, { gameId: 'removed', running: false });
    await plantRuntime(world, 'engine_unreachable', 'answers');
    await pass().catch(() => undefined);
    for (let passes = 0; passes < 3; passes += 1) {
      await workOff(world);
      await next().catch(() => undefined);
    }
    await workOff(world);
    met = calls >= at;
    expect(recordOf(world, 'adopted'), `call ${at}`).toMatchObject({ status: 'running' });
    expect(recordOf(world, 'answers')).toMatchObject({ status: 'running' });
    expect(world.engine.ids).toHaveLength(2);
    expect(await world.holds.list()).toEqual([]);
    expect(at).toBeLessThan(100);
  }
});
