import { describe, expect, it } from 'vitest';
import { confirmEngine, confirmMassChange } from '../admin/confirm-hold.js';
import { workOff } from '../test-support/operation-runner.test-support.js';
import { decisionsOf, eventsOf, names, plantLost, queuedOf, setUpReconciler } from '../test-support/reconciler.test-support.js';
import { GAME, plantContainer, plantRuntime } from '../test-support/world.test-support.js';

describe('more than a few acts that end something', () => {
  it('are not carried out, but held', async () => {
    const { world, pass, next } = await setUpReconciler();
    await plantLost(world, 6);
    expect(new Set(Object.values(decisionsOf(await pass())))).toEqual(new Set(['held']));
    expect(new Set(Object.values(decisionsOf(await next())))).toEqual(new Set(['held']));
    const [hold] = await world.holds.list();
    expect(hold).toMatchObject({ reason: 'mass_change' });
    expect(hold?.message).toContain('6 of 6 games');
    expect(hold?.message).toContain('g00 (mark_removed)');
    await next();
    await next();
    expect(queuedOf(world)).toEqual([]);
    expect(eventsOf(world, 'drift_found'), 'told once').toHaveLength(6);
  });

  it('are asked about only once two looks have shown them, as one look may be torn', async () => {
    const { world, pass, next } = await setUpReconciler();
    await plantLost(world, 6);
    await pass();
    for (const gameId of names(6)) world.database.records.delete(gameId);
    await next();
    await plantLost(world, 7);
    await next();
    expect(await world.holds.list()).toEqual([]);
    expect(queuedOf(world)).toEqual([]);
    await next();
    expect(await world.holds.list()).toMatchObject([{ reason: 'mass_change' }]);
  });

  it('are kept back together, however many of them were seen before', async () => {
    const { world, pass, next } = await setUpReconciler();
    await plantLost(world, 5);
    await pass();
    await plantLost(world, 10);
    await next();
    expect(queuedOf(world)).toEqual([]);
    await next();
    expect(queuedOf(world)).toEqual([]);
    expect(await world.holds.list()).toMatchObject([{ reason: 'mass_change' }]);
  });

  it('a few of many are no mass, and five never are', async () => {
    const { world, pass, next } = await setUpReconciler();
    await plantLost(world, 6);
    for (const gameId of names(30).slice(6)) await plantRuntime(world, 'running', gameId);
    await pass();
    await next();
    expect(await world.holds.list()).toEqual([]);
    const small = await setUpReconciler();
    await plantLost(small.world, 5);
    await small.pass();
    await small.next();
    expect(await small.world.holds.list()).toEqual([]);
  });

  it('also count as such when it is containers that nobody knows', async () => {
    const { world, pass, next } = await setUpReconciler();
    for (const gameId of names(6)) await plantContainer(world, { gameId, running: false });
    await pass();
    await next();
    expect(await world.holds.list()).toMatchObject([{ reason: 'mass_change' }]);
    expect(world.engine.ids).toHaveLength(6);
  });

  it('what ends nothing goes on meanwhile', async () => {
    const { world, pass } = await setUpReconciler();
    await plantLost(world, 6);
    await plantContainer(world, { gameId: 'adopted' });
    await pass();
    expect(queuedOf(world)).toMatchObject([{ gameId: 'adopted', verdict: 'adopt' }]);
  });

  it('stay held while the hold is there, also when they are few by then', async () => {
    const { world, pass, next } = await setUpReconciler();
    await plantLost(world, 6);
    await pass();
    await next();
    for (const gameId of names(4)) world.database.records.delete(gameId);
    await next();
    expect(decisionsOf(await next())).toEqual({ g04: 'held', g05: 'held' });
    await world.holds.clear('mass_change');
    expect(decisionsOf(await next())).toEqual({ g04: 'queued', g05: 'queued' });
  });

  it('come to be held again when the hold is lifted without a confirmation', async () => {
    const { world, pass, next } = await setUpReconciler();
    await plantLost(world, 6);
    await pass();
    await world.holds.clear('mass_change');
    await next();
    expect(await world.holds.list()).toMatchObject([{ reason: 'mass_change' }]);
    expect(queuedOf(world)).toEqual([]);
  });

  it('go on once an operator has confirmed, within the budget, until few are left; then it takes another confirmation', async () => {
    const { world, pass, next } = await setUpReconciler();
    await plantLost(world, 12);
    await pass();
    await next();
    expect(await confirmMassChange(world)).toBe(true);
    const queued = [];
    for (let passes = 0; passes < 4; passes += 1) {
      queued.push((await next()).drifts.filter(({ decision }) => decision === 'queued').length);
      await workOff(world);
    }
    expect(queued).toEqual([3, 3, 3, 3]);
    expect(await world.facts.get('mass_change_confirmed')).toBeNull();
    for (const gameId of names(12)) world.database.records.delete(gameId);
    await plantLost(world, 6);
    await next();
    await next();
    expect(await world.holds.list()).toHaveLength(1);
  });

  it('nothing is confirmed where nothing is held', async () => {
    const { world } = await setUpReconciler();
    expect(await confirmMassChange(world)).toBe(false);
    expect(await confirmEngine(world)).toBe(false);
    expect(world.database.facts.size).toBe(0);
  });
});

describe('another container engine', () => {
  it('holds what ends something, until an operator accepts it', async () => {
    const { world, pass, next } = await setUpReconciler();
    await pass();
    await plantLost(world, 1);
    world.fleet.engineId = 'another';
    expect(decisionsOf(await next())).toEqual({ g00: 'held' });
    expect(decisionsOf(await next())).toEqual({ g00: 'held' });
    expect(await world.holds.list()).toMatchObject([
      { reason: 'engine_changed', message: 'the container engine is another, the last one was memory' },
    ]);
    expect(await confirmEngine(world)).toBe(true);
    expect(decisionsOf(await next())).toEqual({ g00: 'queued' });
    expect(await world.facts.get('engine_id')).toBe('another');
  });

  it('puts no hold in force under a lease that is not held any more', async () => {
    const { world, lease, pass, next } = await setUpReconciler();
    await pass();
    world.fleet.engineId = 'another';
    await world.leases.release(lease);
    await next();
    expect(await world.holds.list()).toEqual([]);
  });

  it('is held again when the hold alone is lifted', async () => {
    const { world, pass, next } = await setUpReconciler();
    await pass();
    world.fleet.engineId = 'another';
    await next();
    await world.holds.clear('engine_changed');
    await next();
    expect(await world.holds.list()).toHaveLength(1);
    expect(await world.facts.get('engine_id')).toBe('memory');
  });
});

it('under a hold on a restored database nothing at all is queued', async () => {
  const { world, reconciler, lease, pass } = await setUpReconciler();
  await plantContainer(world);
  await world.holds.set('restored', 'm');
  expect(decisionsOf(await pass())).toEqual({ [GAME]: 'held' });
  expect(await reconciler.lookAt(lease, [GAME])).toMatchObject([{ decision: 'held' }]);
  expect(queuedOf(world)).toEqual([]);
});
