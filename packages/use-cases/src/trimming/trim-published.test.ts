import { MemoryJobOutcomePublisher } from '@galaxy/adapter-memory';
import { beforeEach, expect, it } from 'vitest';
import { makeOutboxPublisher } from '../publishing/publish-outbox.js';
import { altered } from '../test-support/intercept.test-support.js';
import { decide, decideDeadLetter, decideOutcome, eventsOf, published, publishedLetters } from '../test-support/outbox.test-support.js';
import { entriesOf, makeWorld, pass, type World } from '../test-support/world.test-support.js';
import { makeTrimPublished, type TrimPublishedDeps } from './trim-published.js';

const HOUR_MS = 3_600_000;
let world: World;
let outcomes: MemoryJobOutcomePublisher;
beforeEach(() => {
  world = makeWorld();
  outcomes = new MemoryJobOutcomePublisher(world.streams);
});

const makeTurn = (limit: TrimPublishedDeps['limit'], changes: Partial<TrimPublishedDeps> = {}) => {
  const turn = makeTrimPublished({ ...world, outcomes, limit, resendWithinMs: HOUR_MS, ...changes });
  const lease = { name: 'coordinator', holder: 'h', epoch: 1n };
  return () => pass(world, turn(lease, new AbortController().signal));
};

async function publishAll(...names: string[]): Promise<void> {
  for (const name of names) decide(world, name, name);
  decideOutcome(world, 'outcomes', names.join());
  decideDeadLetter(world, 'letters', names.join());
  await makeOutboxPublisher({ ...world, outcomes }).relay();
}
const outcomesLeft = () => entriesOf(world, 'runtime:job_outcomes').map((entry) => entry['job_entry_id']);

it('removes results and outcomes that are older than the limit, and leaves dead letters', async () => {
  await publishAll('a', 'b');
  await world.clock.advance(2 * HOUR_MS);
  await publishAll('c');
  await makeTurn({ kind: 'age', ms: 2 * HOUR_MS })();
  expect(published(world)).toEqual(['a', 'b', 'c']);
  await world.clock.advance(1);
  await makeTurn({ kind: 'age', ms: 2 * HOUR_MS })();
  expect(published(world)).toEqual(['c']);
  expect(outcomesLeft()).toEqual(['c']);
  expect(publishedLetters(world)).toEqual(['a,b', 'c']);
  expect(eventsOf(world, 'published_trimmed', 'published_not_trimmed')).toEqual([
    { kind: 'published_trimmed', messageKind: 'job_result', removed: 2 },
    { kind: 'published_trimmed', messageKind: 'job_outcome', removed: 1 },
  ]);
});

it('leaves the last ones, and all that may be sent again, however many there are', async () => {
  await publishAll('a', 'b', 'c');
  await makeTurn({ kind: 'length', entries: 2 })();
  expect(published(world)).toEqual(['a', 'b', 'c']);
  await world.clock.advance(HOUR_MS);
  await makeTurn({ kind: 'length', entries: 2 })();
  expect(published(world)).toEqual(['b', 'c']);
  await makeTurn({ kind: 'age', ms: 0 }, { resendWithinMs: 9 * HOUR_MS })();
  expect(published(world)).toEqual(['b', 'c']);
});

it('tells once that a group still needs what would go, and again after it had caught up', async () => {
  let heldBack = true;
  const results = altered(world.results, { trim: async () => ({ removed: 0, heldBack }) });
  const turn = makeTurn({ kind: 'age', ms: HOUR_MS }, { results });
  const told = () => eventsOf(world, 'published_not_trimmed').length;
  for (const [now, times] of [
    [true, 1],
    [true, 1],
    [false, 1],
    [true, 2],
  ] as const) {
    heldBack = now;
    await turn();
    expect(told()).toBe(times);
  }
});
