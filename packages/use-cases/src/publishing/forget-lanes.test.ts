import { MemoryNumberedResultPublisher } from '@galaxy/adapter-memory';
import { beforeEach, expect, it } from 'vitest';
import { altered } from '../test-support/intercept.test-support.js';
import { decide, eventsOf, published, stampOf } from '../test-support/outbox.test-support.js';
import { makeWorld, type World } from '../test-support/world.test-support.js';
import { makeForgetLanes } from './forget-lanes.js';
import { makeOutboxPublisher } from './publish-outbox.js';

const HOUR_MS = 3_600_000;
const going = () => new AbortController().signal;
let world: World;
beforeEach(() => {
  world = makeWorld();
});

const forgetOver = (changes: Partial<Parameters<typeof makeForgetLanes>[0]> = {}) =>
  makeForgetLanes({ ...world, resendWithinMs: HOUR_MS, ...changes });

/** Publishes a result of each game, and one of another game, deletes those of the games, and lets the server forget them. */
async function silent(...games: string[]) {
  const publisher = makeOutboxPublisher(world);
  const entries = games.map((game) => decide(world, game, `${game}1`));
  decide(world, 'last', 'last1');
  await publisher.relay();
  await world.clock.advance(HOUR_MS + 1);
  await world.outbox.prune(HOUR_MS, 100);
  return { publisher, entries };
}

it('forgets the lanes of which nothing is left, and no others', async () => {
  await silent('a', 'b');
  expect(await forgetOver()(going())).toBe(true);
  expect(await world.results.held(['a', 'b', 'last'])).toEqual([0n, 0n, 1n]);
  expect(eventsOf(world, 'lanes_forgotten')).toEqual([{ kind: 'lanes_forgotten', messageKind: 'job_result', forgotten: 2 }]);
  expect(await forgetOver()(going())).toBe(true);
  expect(eventsOf(world, 'lanes_forgotten')).toHaveLength(1);
});

it('the next message of a forgotten lane comes in order and once', async () => {
  const { publisher, entries } = await silent('a');
  await forgetOver()(going());
  const second = decide(world, 'a', 'a2');
  const third = decide(world, 'a', 'a3');
  await publisher.now([third]);
  await publisher.now([second]);
  for (const entry of entries) await publisher.now([entry]);
  expect(published(world)).toEqual(['a1', 'last1', 'a2', 'a3']);
  expect(await world.results.held(['a'])).toEqual([3n]);
});

it('leaves a lane to which a message is published while it is looked at', async () => {
  const { publisher } = await silent('a');
  const results = altered(world.results, {
    forget: async (lanes, at) => {
      await publisher.now([decide(world, 'a', 'a2')]);
      return new MemoryNumberedResultPublisher(world.streams).forget(lanes, at);
    },
  });
  await forgetOver({ results })(going());
  await publisher.now([decide(world, 'a', 'a3')]);
  expect(published(world, 'a')).toEqual(['a1', 'a2', 'a3']);
});

it('leaves the rest to the next turn when the outbox is not certain, the server is another, or it is told to end', async () => {
  await silent('a');
  const unsure = altered(world.outbox, { forgettable: async () => null });
  expect(await forgetOver({ outbox: unsure })(going())).toBe(false);
  await world.results.adoptEpoch(9n, 1n, null);
  expect(await forgetOver()(going())).toBe(false);
  expect(await forgetOver()(AbortSignal.abort())).toBe(false);
  expect(await world.results.held(['a'])).toEqual([1n]);
});

it('what was forgotten is not published again after the server was emptied, or failed over to an older copy', async () => {
  const { publisher, entries } = await silent('a');
  const older = world.streams.fork();
  await forgetOver()(going());
  world.streams.failOverTo(older);
  for (const entry of entries) await publisher.now([entry]);
  await publisher.relay();
  expect(await forgetOver()(going())).toBe(true);
  expect(await world.results.held(['a'])).toEqual([0n]);
  for (const entry of entries) await publisher.now([{ ...entry, epoch: (await world.outbox.state()).epoch }]);
  expect(published(world, 'a')).toEqual(['a1']);
  world.streams.flush();
  await publisher.relay();
  for (const entry of entries) await publisher.now([entry]);
  expect(published(world, 'a')).toEqual([]);
  expect(await world.results.publish({ number: 1n, result: { ...RESULT, gameId: 'b' } }, stampOf(decide(world, 'b', 'b1')))).toMatchObject({
    kind: 'published',
  });
});

const RESULT = { outcome: 'success', containerId: 'c', engineEndpoint: 'e', errorCode: '', errorMessage: 'b1' } as const;
