import { MemoryOperationHints, MemoryOperationLog, MemoryOperationQueue } from '@galaxy/adapter-memory';
import type { OperationQueue } from '@galaxy/manager-ports';
import { DependencyFault } from '@galaxy/ports';
import { describe, expect, it } from 'vitest';
import { openManager } from '../test-support/manager-fixture.test-support.js';
import { GAME, IMAGE, makeWorld, pass, recordOf } from '../test-support/world.test-support.js';
import { makeOperationEnds } from './operation-ends.js';
import { makeOperationRequests } from './operation-requests.js';

const START = { kind: 'start', gameId: GAME, imageRef: IMAGE } as const;
const lostReply = (effect: 'unknown' | 'not_done' = 'unknown') =>
  new DependencyFault({ message: 'no answer', dependency: 'postgres', retryable: true, effect });

/** Requests to a world, over a queue that may lose replies. */
function makeRequests() {
  const world = makeWorld();
  const real = new MemoryOperationQueue(world.database);
  const faults: DependencyFault[] = [];
  const queue: OperationQueue = {
    enqueue: async (request) => {
      const outcome = await real.enqueue(request);
      const fault = faults.shift();
      if (fault !== undefined) throw fault;
      return outcome;
    },
  };
  const ends = makeOperationEnds({ log: new MemoryOperationLog(world.database), clock: world.clock });
  const stopping = new AbortController();
  void new MemoryOperationHints(world.database).watch(ends.hint, stopping.signal);
  return { world, faults, stopping, requests: makeOperationRequests({ queue, ends, ids: world.ids, clock: world.clock }) };
}

describe('a request', () => {
  it('is carried out, and its end is told to those who wait for it', async () => {
    const { world, requests, stopping } = makeRequests();
    const manager = openManager(world);
    const submitted = await requests.submit({ job: START, name: 'r-17', requestedBy: 'ann' });
    expect(submitted).toEqual({ kind: 'queued', opId: expect.any(String) });
    const opId = submitted.kind === 'queued' ? submitted.opId : '';
    const waiting = requests.wait(opId, { timeoutMs: 30_000 });
    await world.clock.advance(2000);
    expect(await waiting).toMatchObject({
      kind: 'ended',
      entry: { source: 'admin', sourceRef: 'r-17', requestedBy: 'ann', status: 'succeeded', result: { outcome: 'success' } },
    });
    expect(recordOf(world)).toMatchObject({ status: 'running' });
    expect(world.database.outbox).toEqual([]);
    stopping.abort();
    await manager.stop();
  });

  it('has the time at which it was made', async () => {
    const { world, requests } = makeRequests();
    await requests.submit({ job: START, requestedBy: 'ann' });
    expect(world.database.operations).toMatchObject([{ job: { requestedAtMs: BigInt(world.clock.now().getTime()) } }]);
  });

  it('without a name is a request of its own each time', async () => {
    const { world, requests } = makeRequests();
    const job = { kind: 'stop', gameId: GAME, reason: 'admin_request' } as const;
    await requests.submit({ job, requestedBy: 'ann' });
    await requests.submit({ job, source: 'reconciler', requestedBy: 'policy' });
    expect(world.database.operations).toHaveLength(2);
  });

  it('with a name is the same one, and another job under that name is refused', async () => {
    const { requests } = makeRequests();
    const first = await requests.submit({ job: START, name: 'key', requestedBy: 'ann' });
    expect(await requests.submit({ job: START, name: 'key', requestedBy: 'ann' })).toMatchObject({ ...first, kind: 'existing' });
    expect(await requests.submit({ job: { ...START, imageRef: 'games/engine:2' }, name: 'key', requestedBy: 'ann' })).toEqual({
      kind: 'key_reused',
    });
  });

  it.each(['key', undefined])('is queued once though replies are lost (name: %s)', async (name) => {
    const { world, requests, faults } = makeRequests();
    faults.push(lostReply(), lostReply());
    const outcome = await pass(world, requests.submit({ job: START, requestedBy: 'ann', ...(name === undefined ? {} : { name }) }));
    expect(outcome).toEqual({ kind: 'queued', opId: world.database.operations[0]?.opId });
    expect(world.database.operations).toHaveLength(1);
  });

  it('is not tried for ever, and not again when it was surely not queued', async () => {
    const { world, requests, faults } = makeRequests();
    faults.push(lostReply('not_done'));
    await expect(requests.submit({ job: START, requestedBy: 'ann' })).rejects.toMatchObject({ effect: 'not_done' });
    faults.push(lostReply(), lostReply(), lostReply());
    await expect(pass(world, requests.submit({ job: START, requestedBy: 'ann' }))).rejects.toMatchObject({ effect: 'unknown' });
    expect(faults).toEqual([]);
  });
});
