import { MemoryJobStream, MemoryStreamOffsetStore } from '@galaxy/adapter-memory';
import type { StreamPlace } from '@galaxy/domain';
import type { JobStream, RuntimeEvent } from '@galaxy/manager-ports';
import { describe, expect, it } from 'vitest';
import { append, appendStart, appendStop, cursorsIn, makeIntake, queued, START, STOP } from '../test-support/intake.test-support.js';
import { altered, faultOf, intercept } from '../test-support/intercept.test-support.js';
import { makeWorld, type World } from '../test-support/world.test-support.js';

type Told = Extract<RuntimeEvent, { kind: 'stream_gap' | 'stream_recreated' | 'entry_from_future' | 'read_reduced' }>;

const KINDS: readonly string[] = ['stream_gap', 'stream_recreated', 'entry_from_future', 'read_reduced'];
const told = (world: World) => world.events.filter((event): event is Told => KINDS.includes(event.kind));
const appendStarts = (world: World, from: number, to: number) => {
  for (let ms = from; ms <= to; ms += 1) appendStart(world, `${ms}-0`, `g${ms}`);
};
const drain = async (world: World) => (await makeIntake(world)).drain();

describe('a gap', () => {
  it('is told exactly and once, and reading goes on behind it', async () => {
    const world = makeWorld();
    appendStarts(world, 1, 5);
    await drain(world);
    appendStarts(world, 6, 15);
    world.streams.trim(START, 3);
    await drain(world);
    await drain(world);
    expect(told(world)).toEqual([{ kind: 'stream_gap', stream: 'start_jobs', lost: 7n, cursor: '5-0' }]);
    expect(world.database.operations.map(({ gameId }) => gameId)).toEqual(['g1', 'g2', 'g3', 'g4', 'g5', 'g13', 'g14', 'g15']);
    expect(world.database.places.start_jobs).toMatchObject({ cursor: '15-0', entriesRead: 15n });
  });

  it('before the first read counts too', async () => {
    const world = makeWorld();
    appendStarts(world, 1, 10);
    world.streams.trim(START, 4);
    await drain(world);
    expect(told(world)).toMatchObject([{ kind: 'stream_gap', lost: 6n, cursor: '0-0' }]);
  });

  it('is found within half a minute while jobs are ingested', async () => {
    const world = makeWorld();
    const intake = await makeIntake(world);
    intake.open();
    await world.clock.advance(1000);
    appendStart(world, '1-0', 'a');
    appendStart(world, '2-0', 'b');
    world.streams.remove(START, '1-0');
    await world.clock.advance(25_000);
    expect(told(world)).toEqual([]);
    await world.clock.advance(10_000);
    expect(told(world)).toMatchObject([{ kind: 'stream_gap', lost: 1n }]);
    intake.stopping.abort();
  });

  it.each(['not_done', 'unknown'] as const)('is told once whatever becomes of the write (%s)', async (effect) => {
    const world = makeWorld();
    appendStarts(world, 1, 10);
    world.streams.trim(START, 4);
    let writes = 0;
    const journal = intercept('journal', world.journal, async (call) => {
      if (call.method !== 'moveCursor' || ++writes > 3) return call.go();
      if (effect === 'unknown') await call.go();
      throw faultOf('postgres', { effect });
    });
    await (await makeIntake(world, { journal })).drain();
    expect(told(world)).toMatchObject([{ kind: 'stream_gap', lost: 6n }]);
    expect(world.database.places.start_jobs).toMatchObject({ entriesRead: 10n });
  });

  it('is told by the process that got no answer, when the lease is lost meanwhile', async () => {
    const world = makeWorld();
    appendStarts(world, 1, 10);
    world.streams.trim(START, 4);
    let writes = 0;
    const journal = intercept('journal', world.journal, async (call) => {
      const answer = await call.go();
      if (call.method !== 'moveCursor' || ++writes > 1) return answer;
      await world.leases.release(intake.grant);
      throw faultOf('postgres', { effect: 'unknown' });
    });
    const intake = await makeIntake(world, { journal });
    await intake.drain();
    expect(told(world)).toMatchObject([{ kind: 'stream_gap', lost: 6n }]);
    expect(queued(world)).toEqual([]);
  });

  it('is not made of a cursor that came from the mirror, and later ones are told', async () => {
    const world = makeWorld();
    await new MemoryStreamOffsetStore(world.streams).save('startjobs', '8-0');
    appendStarts(world, 1, 10);
    world.streams.trim(START, 4);
    await drain(world);
    expect(told(world)).toEqual([]);
    appendStarts(world, 11, 20);
    world.streams.trim(START, 2);
    await drain(world);
    expect(told(world)).toMatchObject([{ kind: 'stream_gap', lost: 8n }]);
    expect(world.database.operations).toHaveLength(4);
  });
});

describe('a stream made anew', () => {
  it('is read from its start: what is new is queued, what was ingested before is not', async () => {
    const world = makeWorld();
    appendStarts(world, 100, 104);
    await drain(world);
    world.streams.drop(START);
    appendStart(world, '50-0', 'new');
    appendStarts(world, 103, 104);
    await drain(world);
    expect(told(world)).toEqual([{ kind: 'stream_recreated', stream: 'start_jobs', cursor: '104-0', lastId: '104-0' }]);
    expect(world.database.operations.map(({ gameId }) => gameId)).toEqual(['g100', 'g101', 'g102', 'g103', 'g104', 'new']);
    expect(world.database.places.start_jobs).toEqual({ cursor: '104-0', floor: '50-0', entriesRead: 3n, previous: '104-0' });
  });

  it('is told with what it had lost by then', async () => {
    const world = makeWorld();
    appendStarts(world, 100, 104);
    await drain(world);
    world.streams.drop(START);
    appendStarts(world, 10, 19);
    world.streams.trim(START, 2);
    await drain(world);
    expect(told(world)).toMatchObject([{ kind: 'stream_recreated' }, { kind: 'stream_gap', lost: 8n, cursor: '0-0' }]);
  });

  it('takes the mirror back before the cursor, so that a crash in between leaves it to be found again', async () => {
    const world = makeWorld();
    appendStart(world, '100-0', 'a');
    await drain(world);
    world.streams.drop(START);
    const offsets = new MemoryStreamOffsetStore(world.streams);
    const seen: unknown[] = [];
    const journal = intercept('journal', world.journal, async (call) => {
      if (call.method === 'moveCursor') seen.push(await offsets.load('startjobs'));
      return call.go();
    });
    await (await makeIntake(world, { journal })).drain();
    expect(seen).toEqual(['0-0']);
    expect(cursorsIn(world).start_jobs).toBe('0-0');
  });
});

describe('an id far ahead of the clock', () => {
  it('is told once per read and stream, and reorders nothing', async () => {
    const world = makeWorld();
    const now = world.clock.now().getTime();
    appendStart(world, `${now + 9_000_000}-0`, 'a');
    appendStart(world, `${now + 9_000_000}-1`, 'b');
    appendStop(world, `${now + 7_000_000}-0`, 'a');
    await drain(world);
    expect(queued(world).map((job) => job.slice(0, 7))).toEqual(['start a', 'start b', 'stop a ']);
    expect(told(world)).toMatchObject([
      { kind: 'entry_from_future', stream: 'start_jobs', entryId: `${now + 9_000_000}-0`, aheadMs: 9_000_000n },
      { kind: 'entry_from_future', stream: 'stop_jobs', aheadMs: 7_000_000n },
    ]);
  });

  it('of an hour or less is no news', async () => {
    const world = makeWorld();
    appendStart(world, `${world.clock.now().getTime() + 3_600_000}-0`, 'a');
    await drain(world);
    expect(told(world)).toEqual([]);
    expect(queued(world)).toHaveLength(1);
  });
});

describe('reads that fail', () => {
  it('ask for half as much down to one, then double again', async () => {
    const world = makeWorld();
    appendStarts(world, 1, 40);
    const limits: number[] = [];
    const reader = new MemoryJobStream(world.streams);
    const stream = altered(reader, {
      wait: (_, ms, signal) => world.clock.sleep(ms, signal),
      read: async (after, limit) => {
        limits.push(limit);
        const reads = await reader.read(after, limit);
        if (limit > 1 && reads.starts.some(({ entryId }) => entryId === '3-0')) throw faultOf('redis');
        return reads;
      },
    });
    await (await makeIntake(world, { stream, batch: 8 })).drain();
    expect(limits.slice(0, 9)).toEqual([8, 4, 2, 4, 2, 1, 2, 4, 8]);
    expect(told(world).map((event) => event.kind === 'read_reduced' && event.batch)).toEqual([4, 2, 2, 1]);
    expect(world.database.operations).toHaveLength(40);
  });

  it('are followed by a check', async () => {
    const world = makeWorld();
    let [checks, reads] = [0, 0];
    const reader = new MemoryJobStream(world.streams);
    const stream = altered(reader, {
      wait: (_, ms, signal) => world.clock.sleep(ms, signal),
      shapes: () => {
        checks += 1;
        return reader.shapes();
      },
      read: (after, limit) => {
        reads += 1;
        return reads === 2 ? Promise.reject(faultOf('redis')) : reader.read(after, limit);
      },
    });
    await (await makeIntake(world, { stream })).drain();
    expect(checks).toBe(2);
  });
});

describe('a server that cannot tell what became of the streams', () => {
  const withShapes = (world: World, shapes: JobStream['shapes']) =>
    altered(new MemoryJobStream(world.streams), { wait: (_, ms, signal) => world.clock.sleep(ms, signal), shapes });

  it('holds up nothing, is told, and what was lost meanwhile is told once it can', async () => {
    const world = makeWorld();
    appendStarts(world, 1, 10);
    world.streams.trim(START, 4);
    const failing = withShapes(world, () => Promise.reject(faultOf('redis')));
    await (await makeIntake(world, { stream: failing })).drain();
    expect(queued(world)).toHaveLength(4);
    expect(told(world)).toEqual([]);
    expect(world.events).toContainEqual(expect.objectContaining({ kind: 'loop_failed', loop: 'check-streams', retryInMs: 30_000 }));
    await drain(world);
    expect(told(world)).toMatchObject([{ kind: 'stream_gap', lost: 6n }]);
  });

  it('and never will, is not read from', async () => {
    const world = makeWorld();
    appendStart(world, '1-0', 'a');
    const refusing = withShapes(world, () => Promise.reject(faultOf('redis', { retryable: false })));
    await (await makeIntake(world, { stream: refusing })).drain();
    expect(queued(world)).toEqual([]);
    expect(world.events).toContainEqual(expect.objectContaining({ kind: 'loop_failed', loop: 'ingest' }));
  });
});

describe('while nothing may be ingested', () => {
  it('because too much waits to be published, nothing is read', async () => {
    const world = makeWorld();
    appendStarts(world, 1, 3);
    let isPaused = true;
    const intake = await makeIntake(world, { intakePaused: () => isPaused });
    intake.open();
    await world.clock.advance(60_000);
    expect(queued(world)).toEqual([]);
    isPaused = false;
    await world.clock.advance(1000);
    expect(queued(world)).toHaveLength(3);
    intake.stopping.abort();
  });

  it('because of a hold, nothing is changed, and the places are loaded anew once it is lifted', async () => {
    const world = makeWorld();
    appendStarts(world, 1, 3);
    append(world, STOP, '1-0', {});
    await world.holds.set('restored', 'a test');
    const draining = drain(world);
    await world.clock.advance(10_000);
    expect([queued(world), world.database.outbox]).toEqual([[], []]);
    const skipped: StreamPlace = { cursor: '2-0', floor: '1-0', entriesRead: 2n, previous: '0-0' };
    world.database.places.start_jobs = skipped;
    await world.holds.clear('restored');
    await draining;
    expect(queued(world)).toEqual(['start g3 3-0']);
    expect(world.database.lane('dead_letter', 'stop_jobs')).toHaveLength(1);
  });
});
