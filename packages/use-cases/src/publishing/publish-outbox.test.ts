import { MemoryJobOutcomePublisher } from '@galaxy/adapter-memory';
import type { NumberedJobResult } from '@galaxy/manager-ports';
import { InvalidInputError } from '@galaxy/ports';
import { describe, expect, it } from 'vitest';
import { faultOf, intercept } from '../test-support/intercept.test-support.js';
import {
  decide,
  decideDeadLetter,
  decideOutcome,
  eventsOf,
  pending,
  published,
  publishedLetters,
  stampOf,
} from '../test-support/outbox.test-support.js';
import { entriesOf, makeWorld } from '../test-support/world.test-support.js';
import { makeOutboxPublisher } from './publish-outbox.js';

const HOUR_MS = 3_600_000;

describe('publishing at once', () => {
  it('appends the entry and marks it', async () => {
    const world = makeWorld();
    await makeOutboxPublisher(world).now([decide(world, 'a', 'a1')]);
    expect(published(world)).toEqual(['a1']);
    expect(pending(world)).toBe(0);
    expect(world.events).toEqual([{ kind: 'message_published', messageKind: 'job_result', lane: 'a', number: 1n }]);
  });

  it('appends several in their order, and marks them with one call', async () => {
    const world = makeWorld();
    const marked: number[] = [];
    const outbox = intercept('outbox', world.outbox, async (call) => {
      if (call.method === 'markPublished') marked.push((call.args[0] as unknown[]).length);
      return call.go();
    });
    const outcomes = new MemoryJobOutcomePublisher(world.streams);
    await makeOutboxPublisher({ ...world, outbox, outcomes }).now([decide(world, 'a', 'a1'), decideOutcome(world, 'a', '1-0')]);
    expect(eventsOf(world, 'message_published')).toMatchObject([{ messageKind: 'job_result' }, { messageKind: 'job_outcome' }]);
    expect(entriesOf(world, 'runtime:job_outcomes').map((entry) => entry['job_entry_id'])).toEqual(['1-0']);
    expect([pending(world), marked]).toEqual([0, [2]]);
  });

  it('ends with the first failure, tells it once, and marks what was published before', async () => {
    const world = makeWorld();
    const outcomes = intercept('outcomes', new MemoryJobOutcomePublisher(world.streams), async (call) => {
      if (call.method === 'publish') throw faultOf('redis');
      return call.go();
    });
    const deps = { ...world, outcomes };
    const letter = decideDeadLetter(world, 'a', '1-0');
    await makeOutboxPublisher(deps).now([decide(world, 'a', 'a1'), decideOutcome(world, 'a', '1-0'), letter]);
    expect(eventsOf(world, 'publish_failed')).toMatchObject([{ messageKind: 'job_outcome' }]);
    expect([published(world), publishedLetters(world), pending(world)]).toEqual([['a1'], [], 2]);
    await makeOutboxPublisher({ ...world, outcomes: new MemoryJobOutcomePublisher(world.streams) }).relay();
    expect([publishedLetters(world), pending(world)]).toEqual([['1-0'], 0]);
  });

  it('fills the gap before it, in order', async () => {
    const world = makeWorld();
    decide(world, 'a', 'a1');
    decide(world, 'a', 'a2');
    decide(world, 'b', 'b1');
    await makeOutboxPublisher(world).now([decide(world, 'a', 'a3')]);
    expect(published(world)).toEqual(['a1', 'a2', 'a3']);
    expect(pending(world)).toBe(1);
  });

  it('publishes anew what the stream’s server has lost', async () => {
    const world = makeWorld();
    const publisher = makeOutboxPublisher(world);
    const empty = world.streams.fork();
    await publisher.now([decide(world, 'a', 'a1')]);
    await publisher.now([decide(world, 'a', 'a2')]);
    world.streams.failOverTo(empty);
    await publisher.now([decide(world, 'a', 'a3')]);
    expect(published(world)).toEqual(['a1', 'a2', 'a3']);
  });

  it('leaves it to the relay when the server knows another epoch', async () => {
    const world = makeWorld();
    const entry = decide(world, 'a', 'a1');
    const before = decide(world, 'b', 'b1');
    const publisher = makeOutboxPublisher(world);
    await publisher.relay();
    world.streams.flush();
    const late = decide(world, 'c', 'c1');
    await publisher.now([late]);
    await publisher.now([entry]);
    expect(published(world)).toEqual([]);
    expect(eventsOf(world, 'publish_failed')).toEqual([]);
    await publisher.relay();
    expect(published(world)).toEqual([entry, before, late].map((one) => (one.message as NumberedJobResult).result.errorMessage));
    expect(pending(world)).toBe(0);
  });

  it('sends nothing again that was marked too long ago, and skips its numbers instead', async () => {
    const world = makeWorld();
    const publisher = makeOutboxPublisher(world);
    await publisher.now([decide(world, 'a', 'a1')]);
    await publisher.now([decide(world, 'a', 'a2')]);
    const empty = world.streams.fork();
    empty.flush();
    empty.publishing('runtime:job_results', 'write').epoch = 0n;
    await world.clock.advance(HOUR_MS);
    world.streams.failOverTo(empty);
    await publisher.now([decide(world, 'a', 'a3')]);
    expect(published(world)).toEqual(['a3']);
    expect(pending(world)).toBe(0);
    expect(eventsOf(world, 'messages_skipped')).toEqual([{ kind: 'messages_skipped', messageKind: 'job_result', lane: 'a', upTo: 2n }]);
  });

  it('skips numbers that are no longer kept, also in the middle', async () => {
    const world = makeWorld();
    const publisher = makeOutboxPublisher(world);
    for (const text of ['a1', 'a2', 'a3', 'a4']) decide(world, 'a', text);
    const fifth = decide(world, 'a', 'a5');
    world.database.outbox.splice(0, 1);
    world.database.outbox.splice(1, 2);
    await publisher.now([fifth]);
    expect(published(world)).toEqual(['a2', 'a5']);
    expect(eventsOf(world, 'messages_skipped')).toMatchObject([{ upTo: 1n }, { upTo: 4n }]);
  });

  it('marks what turns out to be there, and does not tell it as new', async () => {
    const world = makeWorld();
    const entry = decide(world, 'a', 'a1');
    await world.results.publish(entry.message as NumberedJobResult, stampOf(entry));
    await makeOutboxPublisher(world).now([entry]);
    expect(published(world)).toEqual(['a1']);
    expect(pending(world)).toBe(0);
    expect(world.events).toEqual([]);
  });

  it('never throws: a failure is told, and left to the relay', async () => {
    const world = makeWorld();
    const entry = decide(world, 'a', 'a1');
    world.streams.setReachable(false);
    await makeOutboxPublisher(world).now([entry]);
    expect(world.events).toMatchObject([{ kind: 'publish_failed', messageKind: 'job_result', lane: 'a', number: 1n }]);
    expect(pending(world)).toBe(1);
    world.streams.setReachable(true);
    expect(await makeOutboxPublisher(world).relay()).toBe(false);
    expect(published(world)).toEqual(['a1']);
    expect(pending(world)).toBe(0);
  });

  it('a mark that fails is left to the relay, which does not publish again', async () => {
    const world = makeWorld();
    let isAway = true;
    const outbox = intercept('outbox', world.outbox, async (call) => {
      if (isAway && call.method === 'markPublished') throw faultOf('postgres');
      return call.go();
    });
    const publisher = makeOutboxPublisher({ ...world, outbox });
    await publisher.now([decide(world, 'a', 'a1')]);
    expect(pending(world)).toBe(1);
    isAway = false;
    await publisher.relay();
    expect(published(world)).toEqual(['a1']);
    expect(pending(world)).toBe(0);
  });

  it('a gap that others fill meanwhile is left to them: nothing is published out of order', async () => {
    const world = makeWorld();
    decide(world, 'a', 'a1');
    const second = decide(world, 'a', 'a2');
    const outbox = intercept('outbox', world.outbox, async (call) => (call.method === 'lane' ? [second] : call.go()));
    const results = intercept('results', world.results, async (call) => (call.method === 'skipTo' ? undefined : call.go()));
    await makeOutboxPublisher({ ...world, outbox, results }).now([second]);
    expect(published(world)).toEqual([]);
    expect(pending(world)).toBe(2);
  });

  it('marks what it had published when a fault ends it', async () => {
    const world = makeWorld();
    decide(world, 'a', 'a1');
    const second = decide(world, 'a', 'a2');
    const results = intercept('results', world.results, async (call) => {
      const [message] = call.args as [NumberedJobResult];
      if (call.method === 'publish' && published(world).length > 0 && message.number > 1n) throw faultOf('redis');
      return call.go();
    });
    await makeOutboxPublisher({ ...world, results }).now([second]);
    expect(published(world)).toEqual(['a1']);
    expect(pending(world)).toBe(1);
  });
});

describe('the relay', () => {
  it('publishes what waits, each lane in order, results and dead letters', async () => {
    const world = makeWorld();
    for (const text of ['a1', 'b1', 'a2', 'b2']) decide(world, text.slice(0, 1), text);
    decideDeadLetter(world, 'start_jobs', '1-0');
    decideDeadLetter(world, 'start_jobs', '2-0');
    expect(await makeOutboxPublisher(world).relay()).toBe(false);
    expect(published(world)).toEqual(['a1', 'b1', 'a2', 'b2']);
    expect(publishedLetters(world)).toEqual(['1-0', '2-0']);
    expect(pending(world)).toBe(0);
  });

  it('says when there may be more', async () => {
    const world = makeWorld();
    for (let n = 0; n < 501; n += 1) decide(world, `g${n}`, `${n}`);
    const publisher = makeOutboxPublisher(world);
    expect(await publisher.relay()).toBe(true);
    expect(await publisher.relay()).toBe(false);
    expect(published(world)).toHaveLength(501);
  });

  it('ends with the first fault that others would meet too', async () => {
    const world = makeWorld();
    decide(world, 'a', 'a1');
    decide(world, 'b', 'b1');
    let calls = 0;
    const results = intercept('results', world.results, async (call) => {
      if (call.method !== 'publish') return call.go();
      calls += 1;
      throw faultOf('redis');
    });
    await expect(makeOutboxPublisher({ ...world, results }).relay()).rejects.toMatchObject({ code: 'redis_unavailable' });
    expect(calls).toBe(1);
    expect(pending(world)).toBe(2);
  });

  it('goes past what is refused for good, and does not go round and round for it', async () => {
    const world = makeWorld();
    for (let n = 0; n < 500; n += 1) decide(world, 'bad', `${n}`);
    decide(world, 'good', 'good');
    const results = intercept('results', world.results, async (call) => {
      if (call.method === 'publish' && (call.args[0] as NumberedJobResult).result.gameId === 'bad')
        throw new InvalidInputError('no such game');
      return call.go();
    });
    const publisher = makeOutboxPublisher({ ...world, results });
    expect(await publisher.relay()).toBe(false);
    expect(world.events.filter(({ kind }) => kind === 'publish_failed')).toHaveLength(500);
  });

  it('gives up at the first refusal of a server that refuses for good: it would refuse them all', async () => {
    const world = makeWorld();
    decide(world, 'a', 'a');
    decide(world, 'b', 'b');
    let calls = 0;
    const results = intercept('results', world.results, async (call) => {
      if (call.method !== 'publish') return call.go();
      calls += 1;
      throw faultOf('redis', { retryable: false });
    });
    await expect(makeOutboxPublisher({ ...world, results }).relay()).rejects.toMatchObject({ code: 'redis_refused' });
    expect(calls).toBe(1);
    expect(pending(world)).toBe(2);
  });
});

describe('the relay, when the server is full or away', () => {
  it.each([
    ['full', (world: ReturnType<typeof makeWorld>, is: boolean) => world.streams.setFull(is)],
    ['away', (world: ReturnType<typeof makeWorld>, is: boolean) => world.streams.setReachable(!is)],
  ])('%s: throws, loses nothing, and publishes everything later', async (_, set) => {
    const world = makeWorld();
    const publisher = makeOutboxPublisher(world);
    await publisher.relay();
    for (const text of ['a1', 'b1', 'a2']) decide(world, text.slice(0, 1), text);
    decideDeadLetter(world, 'start_jobs', '1-0');
    set(world, true);
    await expect(publisher.relay()).rejects.toMatchObject({ code: 'redis_unavailable', retryable: true });
    expect(pending(world)).toBe(4);
    set(world, false);
    await publisher.relay();
    expect([published(world), publishedLetters(world), pending(world)]).toEqual([['a1', 'b1', 'a2'], ['1-0'], 0]);
  });
});

describe('several publishers at once', () => {
  it('land each entry once, and each game in order', async () => {
    const world = makeWorld();
    const entries = Array.from({ length: 60 }, (_, n) => decide(world, `g${n % 3}`, `g${n % 3}-${Math.floor(n / 3)}`));
    // Replies come late and in another order, as over a network.
    let turn = 0;
    const results = intercept('results', world.results, async (call) => {
      turn += 1;
      await world.clock.sleep((turn * 7) % 5);
      const answer = await call.go();
      await world.clock.sleep((turn * 3) % 4);
      return answer;
    });
    const publishers = [0, 1, 2].map(() => makeOutboxPublisher({ ...world, results }));
    const calls = publishers.flatMap((publisher, one) => [
      ...entries.filter((_, n) => n % 3 === one).map((entry) => publisher.now([entry])),
      publisher.relay(),
    ]);
    const all = Promise.all<unknown>(calls);
    await world.clock.advance(5000);
    await all;
    for (const game of ['g0', 'g1', 'g2']) expect(published(world, game)).toEqual(Array.from({ length: 20 }, (_, n) => `${game}-${n}`));
    expect(pending(world)).toBe(0);
  });
});
