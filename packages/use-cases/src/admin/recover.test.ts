import {
  MemoryJobStream,
  MemoryNumberedResultPublisher,
  MemoryRecovery,
  MemoryRuntimeRecordStore,
  MemoryStreamOffsetStore,
} from '@galaxy/adapter-memory';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeRestoreGuard } from '../leadership/restore-guard.js';
import { altered, faultOf } from '../test-support/intercept.test-support.js';
import { claimRequest } from '../test-support/operation-runner.test-support.js';
import {
  enqueue,
  IMAGE,
  makeWorld,
  plantContainer,
  plantRuntime,
  startJob,
  stopJob,
  type World,
} from '../test-support/world.test-support.js';
import { type RecoverDeps, type RecoverMode, recover } from './recover.js';

let world: World;
let deps: RecoverDeps;

beforeEach(async () => {
  world = makeWorld();
  deps = {
    ...world,
    records: new MemoryRuntimeRecordStore(world.database),
    recovery: new MemoryRecovery(world.database),
    offsets: new MemoryStreamOffsetStore(world.streams),
    holder: 'an operator',
  };
  await world.holds.set('restored', 'a test');
});

const recovered = async (mode: RecoverMode) => {
  const outcome = await recover(mode, deps);
  if (outcome.kind !== 'recovered') throw new Error(outcome.kind);
  return outcome;
};

const result = { gameId: 'g1', outcome: 'success', containerId: 'c', engineEndpoint: 'e', errorCode: '', errorMessage: '' } as const;

/** As if results had been published that the database does not know. */
async function publishLost(numbers: readonly bigint[]): Promise<void> {
  const publisher = new MemoryNumberedResultPublisher(world.streams);
  for (const number of numbers) await publisher.publish({ number, result }, { epoch: 0n, outboxId: number });
}

describe('recover', () => {
  it('does nothing without a hold, or beside another recovery', async () => {
    await world.leases.acquire('recovery', 'another operator', 60_000);
    expect(await recover('skip', deps)).toEqual({ kind: 'busy' });
    await world.holds.clear('restored');
    expect(await recover('skip', deps)).toEqual({ kind: 'nothing_held' });
  });

  it('lifts the hold, and may be repeated after a crash on the way', async () => {
    world.engine.goAway();
    await expect(recover('skip', deps)).rejects.toThrow();
    expect(await world.holds.list()).toHaveLength(1);
    world.engine.comeBack();
    await recovered('skip');
    expect(await world.holds.list()).toEqual([]);
  });

  it('writes what runs into the records, as its engine answers, and leaves what they tell already', async () => {
    const unknown = await plantContainer(world, { gameId: 'unknown' });
    const known = await plantRuntime(world, 'running', 'known');
    const stale = await plantRuntime(world, 'removed', 'stale');
    const revived = await plantContainer(world, { gameId: 'stale' });
    await plantContainer(world, { gameId: 'ended', running: false });
    expect([...(await recovered('replay')).adopted].sort()).toEqual(['stale', 'unknown']);
    expect(world.database.records.get('unknown')).toMatchObject({ status: 'running', currentContainerId: unknown, currentImageRef: IMAGE });
    expect(world.database.records.get('stale')).toMatchObject({ status: 'running', currentContainerId: revived, removedAt: null });
    expect(stale.currentContainerId).toBeNull();
    expect(world.database.records.get('known')).toEqual(known);
    expect(world.database.records.get('ended')).toBeUndefined();
  });

  it('is kept from nobody by one container that hangs: what runs in it counts as unreachable', async () => {
    const hung = await plantContainer(world, { gameId: 'hung' });
    await plantContainer(world, { gameId: 'other' });
    const engine = altered(world.engine, {
      inspect: async (id) => (id === hung ? Promise.reject(faultOf('container_engine')) : world.engine.inspect(id)),
    });
    expect(await recover('replay', { ...deps, engine })).toMatchObject({ kind: 'recovered', adopted: ['hung', 'other'] });
    expect(world.database.records.get('hung')).toMatchObject({ status: 'engine_unreachable', currentContainerId: hung });
    expect(world.database.records.get('other')).toMatchObject({ status: 'running' });
  });

  it('closes what was open when it is to be skipped, and leaves it when not', async () => {
    await world.holds.clear('restored');
    await enqueue(world, startJob());
    await world.holds.set('restored', 'a test');
    expect((await recovered('replay')).closed).toBe(0);
    await world.holds.set('restored', 'a test');
    expect((await recovered('skip')).closed).toBe(1);
    expect(world.database.operations.map(({ status }) => status)).toEqual(['failed']);
  });

  it('lets numbers go on from those of the database, and sends nothing again that had been published', async () => {
    await finishOneStop();
    await publishLost([1n, 2n, 3n]);
    expect((await recovered('skip')).renumbered).toBe(1);
    expect(await world.results.held(['g1'])).toEqual([1n]);
    expect(await world.outbox.pending(10)).toEqual([]);
  });

  it('sends nothing again whose lane the server has forgotten, and takes ids that are given again', async () => {
    await finishOneStop();
    const [entry] = await world.outbox.pending(1);
    const publisher = new MemoryNumberedResultPublisher(world.streams);
    await publisher.forget([], { epoch: 0n, upTo: (entry?.id ?? 0n) + 5n });
    expect(await world.results.held(['g1'])).toEqual([0n]);
    await recovered('skip');
    expect(await world.outbox.pending(10)).toEqual([]);
    expect(await publisher.state()).toMatchObject({ epoch: null, forgottenUpTo: 0n });
    await publisher.adoptEpoch(4n, null, null);
    const again = { epoch: 4n, outboxId: (entry?.id ?? 0n) + 1n };
    expect(await publisher.publish({ number: 1n, result: { ...result, gameId: 'new' } }, again)).toMatchObject({ kind: 'published' });
  });

  it.each(['3-0', 'nonsense', '5-0', '6-0'])(
    'moves no stream to a mirror that is not ahead of it, or of an earlier stream (%s)',
    async (mirror) => {
      await putCursor('5-0', '6-0');
      await deps.offsets.save('startjobs', mirror);
      expect((await recovered('skip')).skipped).toEqual([]);
      expect((await world.journal.cursors()).start_jobs).toEqual({ cursor: '5-0', floor: null, entriesRead: 5n, previous: '6-0' });
    },
  );

  it('gives way to another recovery that took over when it had stood still for too long', async () => {
    await deps.offsets.save('startjobs', '7-0');
    const fleet = altered(world.fleet, {
      list: async () => {
        const own = await world.leases.acquire('recovery', deps.holder, 1);
        if (own !== null) await world.leases.release(own);
        await world.leases.acquire('recovery', 'another operator', 60_000);
        return world.fleet.list();
      },
    });
    expect(await recover('skip', { ...deps, fleet })).toEqual({ kind: 'busy' });
    expect(await world.holds.list()).toHaveLength(1);
  });

  it.each(['skip', 'replay'] as const)('leaves nothing that speaks against the database (%s)', async (mode) => {
    for (const stream of ['start_jobs', 'stop_jobs'] as const) {
      const key = new MemoryJobStream(world.streams).key(stream);
      world.streams.append(key, [], '9-0');
    }
    await putCursor('5-0');
    await deps.offsets.save('startjobs', '7-0');
    await publishLost([1n]);
    const guard = makeRestoreGuard({ ...deps, ...world, stream: new MemoryJobStream(world.streams), offsets: deps.offsets });
    await world.holds.clear('restored');
    expect(await guard.mayWork()).toBe(false);
    await recovered(mode);
    expect(await guard.mayWork()).toBe(true);
    expect((await world.journal.cursors()).start_jobs?.cursor).toBe(mode === 'skip' ? '7-0' : '5-0');
  });
});

async function putCursor(cursor: string, previous = '0-0'): Promise<void> {
  const lease = await world.leases.acquire('intake', 'a leader', 60_000);
  if (lease === null) throw new Error('the lease is free');
  await world.journal.moveCursor(lease, 'start_jobs', { cursor, floor: null, entriesRead: 5n, previous });
}

async function finishOneStop(): Promise<void> {
  await world.holds.clear('restored');
  await enqueue(world, stopJob());
  const claims = await world.journal.claim(claimRequest({ holder: 'p', ttlMs: 1000, takeOver: false }));
  for (const claim of claims) await world.journal.finish(claim, { record: { kind: 'keep' }, result, errorCode: '', deadLetter: null });
  await world.holds.set('restored', 'a test');
}
