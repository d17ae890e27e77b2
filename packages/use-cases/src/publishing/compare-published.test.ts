import { MemoryDeadLetterPublisher, MemoryNumberedResultPublisher } from '@galaxy/adapter-memory';
import { describe, expect, it } from 'vitest';
import { type Call, faultOf, intercept } from '../test-support/intercept.test-support.js';
import { decide, decideDeadLetter, eventsOf, pending, published, publishedLetters } from '../test-support/outbox.test-support.js';
import { makeWorld, type World } from '../test-support/world.test-support.js';
import { makePublishedComparison } from './compare-published.js';
import { makeOutboxPublisher } from './publish-outbox.js';

const HOUR_MS = 3_600_000;

/** A world in which the relay has published and compared, and its publisher. */
async function relayed(world: World = makeWorld()) {
  const publisher = makeOutboxPublisher(world);
  for (const text of ['a1', 'b1', 'a2']) decide(world, text.slice(0, 1), text);
  decideDeadLetter(world, 'start_jobs', '1-0');
  await publisher.relay();
  return { world, publisher };
}

/** What a comparison does to the outbox and the publishers. */
const watched = (world: World) => {
  const seen: string[] = [];
  const watch = <T extends object>(port: string, target: T) =>
    intercept(port, target, async (call: Call) => {
      if (call.method !== 'state') seen.push(`${port}.${call.method}`);
      return call.go();
    });
  const [results, deadLetters] = [watch('results', world.results), watch('letters', world.deadLetters)];
  const deps = { ...world, resendWithinMs: HOUR_MS, results, deadLetters, outbox: watch('outbox', world.outbox) };
  return { seen, comparison: makePublishedComparison(deps), deps };
};

describe('the comparison', () => {
  it('lists, asks, takes back and raises, and lets both servers adopt last; then it rests', async () => {
    const { seen, comparison } = watched(makeWorld());
    await comparison.ensure();
    const all = ['outbox.lately', 'results.held', 'letters.held', 'outbox.takeBack', 'results.adoptEpoch', 'letters.adoptEpoch'];
    expect(seen).toEqual(all);
    await comparison.ensure();
    expect(seen).toEqual(all);
  });

  it.each<[string, (world: World, comparison: { distrust: () => void }) => unknown]>([
    ['the connection is another one', ({ streams }) => streams.failOverTo(streams.fork())],
    ['the server was emptied', ({ streams }) => streams.flush()],
    ['the server adopted an epoch that is not ours', ({ deadLetters }) => deadLetters.adoptEpoch(9n, 1n, null)],
    ['it is told to', (_, { distrust }) => distrust()],
  ])('compares again when %s', async (_, change) => {
    const world = makeWorld();
    const { seen, comparison } = watched(world);
    await comparison.ensure();
    seen.length = 0;
    await change(world, comparison);
    await comparison.ensure();
    expect(seen).toContain('outbox.takeBack');
  });

  it.each(['lately', 'held', 'takeBack', 'state', 'adoptEpoch'])(
    'begins anew when it ends at %s, whether that was done or not',
    async (method) => {
      for (const isDone of [true, false]) {
        const { world, publisher } = await relayed();
        world.streams.failOverTo(makeWorld().streams);
        const { deps } = watched(world);
        let hasFailed = false;
        const failing = <T extends object>(port: string, target: T) =>
          intercept(port, target, async (call) => {
            if (hasFailed || call.method !== method || (method === 'state' && port !== 'outbox')) return call.go();
            hasFailed = true;
            if (isDone) await call.go();
            throw faultOf('redis');
          });
        const ports = { outbox: failing('outbox', world.outbox), results: failing('results', world.results) };
        const comparison = makePublishedComparison({ ...deps, ...ports });
        await expect(comparison.ensure()).rejects.toMatchObject({ code: 'redis_unavailable' });
        await comparison.ensure();
        while (pending(world) > 0) await publisher.relay();
        expect([published(world), publishedLetters(world)]).toEqual([['a1', 'b1', 'a2'], ['1-0']]);
      }
    },
  );

  it.each(['results', 'letters'])('begins anew when the server is emptied after it told what it holds of the %s', async (port) => {
    const { world, publisher } = await relayed();
    const { deps } = watched(world);
    const emptied = <T extends object>(name: string, target: T) =>
      intercept(name, target, async (call) => {
        const answer = await call.go();
        if (name === port && call.method === 'held') world.streams.flush();
        return answer;
      });
    const comparison = makePublishedComparison({
      ...deps,
      results: emptied('results', world.results),
      deadLetters: emptied('letters', world.deadLetters),
    });
    await comparison.ensure();
    expect(await world[port === 'results' ? 'results' : 'deadLetters'].state()).toMatchObject({ epoch: null });
    await publisher.relay();
    expect([published(world), publishedLetters(world)]).toEqual([['a1', 'b1', 'a2'], ['1-0']]);
  });

  it('sees what is marked while it looks', async () => {
    const world = makeWorld();
    const { deps } = watched(world);
    const entry = decide(world, 'a', 'a1');
    const demoted = world.streams.fork();
    const outbox = intercept('outbox', world.outbox, async (call) => {
      const answer = await call.go();
      // Somebody who is still connected to the demoted server publishes there and marks.
      if (call.method === 'lately') {
        await makeOutboxPublisher({
          ...world,
          results: new MemoryNumberedResultPublisher(demoted),
          deadLetters: new MemoryDeadLetterPublisher(demoted),
        }).now([entry]);
      }
      return answer;
    });
    await makePublishedComparison({ ...deps, outbox }).ensure();
    expect(pending(world)).toBe(1);
  });
});

describe('the relay behind a server that has lost something', () => {
  it('sends again what was lost, and tells', async () => {
    const { world, publisher } = await relayed();
    const replica = world.streams.fork();
    for (const text of ['a3', 'b2']) await publisher.now([decide(world, text.slice(0, 1), text)]);
    await publisher.relay();
    expect(pending(world)).toBe(0);
    world.streams.failOverTo(replica);
    await publisher.relay();
    expect(published(world)).toEqual(['a1', 'b1', 'a2', 'a3', 'b2']);
    expect(publishedLetters(world)).toEqual(['1-0']);
    expect(pending(world)).toBe(0);
    expect(eventsOf(world, 'published_lost')).toMatchObject([{ takenBack: 2 }]);
  });

  it('sends again everything after a flush, and gives ids that no reader has passed', async () => {
    const { world, publisher } = await relayed();
    const last = world.streams.after('runtime:job_results', '0-0').at(-1)?.entryId ?? '';
    world.streams.flush();
    await publisher.relay();
    expect(world.streams.after('runtime:job_results', last)).toHaveLength(3);
    expect([published(world), publishedLetters(world)]).toEqual([['a1', 'b1', 'a2'], ['1-0']]);
  });

  it('says nothing and sends nothing when nothing was lost', async () => {
    const { world, publisher } = await relayed();
    world.streams.failOverTo(world.streams.fork());
    await publisher.relay();
    expect(published(world)).toHaveLength(3);
    expect(eventsOf(world, 'published_lost')).toEqual([]);
  });

  it('compares at the beginning of a duty, also when everything looks the same', async () => {
    const { world, publisher } = await relayed();
    const { epoch } = await world.outbox.state();
    await publisher.relay();
    expect((await world.outbox.state()).epoch).toBe(epoch);
    publisher.newDuty();
    await publisher.relay();
    expect((await world.outbox.state()).epoch).toBe(epoch + 1n);
  });

  it('compares when somebody else has raised the epoch, also when nothing waits', async () => {
    const { world, publisher } = await relayed();
    const { epoch } = await world.outbox.takeBack([], 0);
    await publisher.relay();
    expect((await world.outbox.state()).epoch).toBe(epoch + 1n);
    expect(await world.results.state()).toMatchObject({ epoch: epoch + 1n });
    decide(world, 'a', 'a3');
    await world.outbox.takeBack([], 0);
    await publisher.relay();
    expect(published(world, 'a')).toEqual(['a1', 'a2', 'a3']);
  });

  it('comes to an epoch above the one a server knows already', async () => {
    const { world, publisher } = await relayed();
    await world.results.adoptEpoch(20n, (await world.results.state()).epoch, null);
    decide(world, 'a', 'a3');
    for (let turns = 0; pending(world) > 0; turns += 1) {
      expect(turns).toBeLessThan(30);
      await publisher.relay();
    }
    expect(published(world, 'a')).toEqual(['a1', 'a2', 'a3']);
  });

  it('counts as read what was marked longer ago, and skips it when its lane goes on', async () => {
    const { world, publisher } = await relayed();
    await world.clock.advance(HOUR_MS);
    await publisher.now([decide(world, 'b', 'b2')]);
    world.streams.flush();
    await publisher.relay();
    expect(published(world)).toEqual(['b2']);
    await publisher.now([decide(world, 'a', 'a3')]);
    await publisher.relay();
    expect(published(world)).toEqual(['b2', 'a3']);
    expect(eventsOf(world, 'messages_skipped')).toMatchObject([
      { lane: 'b', upTo: 1n },
      { lane: 'a', upTo: 2n },
    ]);
    expect(pending(world)).toBe(0);
  });

  it('a demoted server takes nothing that the new one should have', async () => {
    const { world, publisher } = await relayed();
    const demoted = world.streams.fork();
    world.streams.failOverTo(world.streams.fork());
    await publisher.relay();
    const [results, deadLetters] = [new MemoryNumberedResultPublisher(demoted), new MemoryDeadLetterPublisher(demoted)];
    await makeOutboxPublisher({ ...world, results, deadLetters }).now([decide(world, 'a', 'a3')]);
    expect(pending(world)).toBe(1);
    await publisher.relay();
    expect(published(world, 'a')).toEqual(['a1', 'a2', 'a3']);
  });
});
