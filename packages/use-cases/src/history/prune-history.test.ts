import { expect, it } from 'vitest';
import { intercept } from '../test-support/intercept.test-support.js';
import { eventsOf } from '../test-support/outbox.test-support.js';
import { enqueue, makeWorld, pass, type World } from '../test-support/world.test-support.js';
import { makePruneHistory } from './prune-history.js';

const DAY_MS = 86_400_000;

async function ended(world: World, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await enqueue(world, { kind: 'stop', gameId: `g${n}`, reason: 'finished', requestedAtMs: 0n });
  for (const operation of world.database.operations) {
    operation.status = 'succeeded';
    operation.finishedAt = world.clock.now();
  }
}

async function setUp(count: number) {
  const world = makeWorld();
  await ended(world, count);
  const lease = await world.leases.acquire('coordinator', 'h', 1e12);
  if (lease === null) throw new Error('no lease');
  const sizes: number[] = [];
  const history = intercept('history', world.history, async (call) => {
    const answer = await call.go();
    sizes.push(world.database.operations.length);
    return answer;
  });
  const turn = makePruneHistory({ ...world, history, keepMs: DAY_MS, batch: 1000 });
  return { world, lease, turn, sizes };
}

it('deletes portion by portion what is older than it is to be kept, then waits for ten minutes', async () => {
  const { world, lease, turn, sizes } = await setUp(2500);
  await world.clock.advance(DAY_MS + 1);
  let isOver = false;
  const turned = turn(lease, new AbortController().signal).then(() => {
    isOver = true;
  });
  await world.clock.advance(590_000);
  expect(sizes).toEqual([1500, 500, 0, 0]);
  expect(eventsOf(world, 'history_pruned')).toEqual([{ kind: 'history_pruned', operations: 2500, records: 0 }]);
  expect(isOver).toBe(false);
  await pass(world, turned, 20_000);
});

it('deletes nothing that is younger, and nothing under a lease that is lost', async () => {
  const { world, lease, turn, sizes } = await setUp(3);
  await world.clock.advance(DAY_MS);
  await pass(world, turn(lease, new AbortController().signal), 700_000);
  await pass(world, turn({ ...lease, epoch: lease.epoch + 1n }, new AbortController().signal), 700_000);
  expect(sizes).toEqual([3, 3, 3, 3]);
  expect(eventsOf(world, 'history_pruned')).toEqual([]);
});

it('ends between two portions when it is told to', async () => {
  const { world, lease, turn, sizes } = await setUp(2500);
  await world.clock.advance(DAY_MS + 1);
  const stop = new AbortController();
  const turned = turn(lease, stop.signal);
  await world.clock.advance(0);
  stop.abort();
  await pass(world, turned, 1000);
  expect(sizes).toEqual([1500]);
});
