import { expect, it } from 'vitest';
import { intercept } from '../test-support/intercept.test-support.js';
import { decide, eventsOf } from '../test-support/outbox.test-support.js';
import { makeWorld } from '../test-support/world.test-support.js';
import { makePruneOutbox } from './prune-outbox.js';
import { makeOutboxPublisher } from './publish-outbox.js';

const DAY_MS = 24 * 3_600_000;
const going = () => new AbortController().signal;

async function published(count: number) {
  const world = makeWorld();
  const publisher = makeOutboxPublisher(world);
  for (let n = 0; n < count; n += 1) decide(world, 'a', `${n}`);
  while (await publisher.relay());
  return world;
}

it('deletes in batches what was published longer ago than a week, but never what was added last of all', async () => {
  const world = await published(2500);
  const prune = makePruneOutbox({ ...world, batch: 1000 });
  await world.clock.advance(7 * DAY_MS);
  await prune(going());
  expect(world.database.outbox).toHaveLength(2500);
  await world.clock.advance(1);
  await prune(going());
  expect(world.database.outbox.map(({ entry }) => entry.message.number)).toEqual([2500n]);
  expect(eventsOf(world, 'outbox_pruned')).toEqual([1000, 1000, 499].map((deleted) => ({ kind: 'outbox_pruned', deleted })));
});

it('keeps for as long as it is told, and ends when it is told to', async () => {
  const world = await published(2500);
  await world.clock.advance(2 * DAY_MS);
  const stop = new AbortController();
  const outbox = intercept('outbox', world.outbox, async (call) => {
    stop.abort();
    return call.go();
  });
  await makePruneOutbox({ ...world, outbox, retentionMs: DAY_MS, batch: 1000 })(stop.signal);
  expect(world.database.outbox).toHaveLength(1500);
});
