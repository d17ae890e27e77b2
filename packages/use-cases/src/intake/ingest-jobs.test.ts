import { MemoryJobStream, MemoryStreamOffsetStore } from '@galaxy/adapter-memory';
import type { Intake, LeaseGrant } from '@galaxy/manager-ports';
import type { StreamOffsetStore } from '@galaxy/ports';
import { describe, expect, it } from 'vitest';
import { append, appendStart, appendStop, cursorsIn, makeIntake, queued, START, STOP } from '../test-support/intake.test-support.js';
import { altered, type Call, faultOf, intercept } from '../test-support/intercept.test-support.js';
import { entriesOf, makeWorld, pass, type World } from '../test-support/world.test-support.js';

describe('the order of jobs', () => {
  it('is by millisecond, starts before stops, then by sequence', async () => {
    const world = makeWorld();
    appendStart(world, '100-5', 'a');
    appendStart(world, '100-6', 'b');
    appendStart(world, '300-0', 'c');
    appendStop(world, '100-0', 'a');
    appendStop(world, '200-0', 'b');
    appendStop(world, '300-0', 'c');
    await (await makeIntake(world)).drain();
    expect(queued(world)).toEqual(['start a 100-5', 'start b 100-6', 'stop a 100-0', 'stop b 200-0', 'start c 300-0', 'stop c 300-0']);
    expect(world.database.operations.map(({ ord }) => ord)).toEqual([1n, 2n, 3n, 4n, 5n, 6n]);
  });

  it('does not depend on how many entries are read at a time', async () => {
    const orders = [1, 2, 3, 100].map(async (batch) => {
      const world = makeWorld();
      for (let ms = 100; ms < 120; ms += 1) appendStart(world, `${ms}-0`, 'a');
      for (let ms = 90; ms < 130; ms += 3) appendStop(world, `${ms}-0`, 'a');
      await (await makeIntake(world, { batch })).drain();
      return queued(world);
    });
    const [first, ...others] = await Promise.all(orders);
    expect(first).toHaveLength(34);
    for (const other of others) expect(other).toEqual(first);
  });
});

describe('the cursors', () => {
  /** Every entry up to the cursors is queued or dead-lettered. */
  function assertNothingPassed(world: World): void {
    for (const [key, cursor] of [
      [START, cursorsIn(world).start_jobs],
      [STOP, cursorsIn(world).stop_jobs],
    ] as const) {
      const all = world.streams.after(key, '0-0').map(({ entryId }) => entryId);
      const upTo = cursor === null ? [] : all.slice(0, all.indexOf(cursor) + 1);
      const taken = world.database.operations.filter(({ op }) => (op === 'start') === (key === START)).map(({ sourceRef }) => sourceRef);
      const dead = world.database.outbox.flatMap(({ entry }) => (entry.kind === 'dead_letter' ? [entry.message.letter.sourceEntryId] : []));
      for (const entryId of upTo) expect([...taken, ...dead]).toContain(entryId);
    }
  }

  it.each(['not_done', 'unknown'] as const)('never pass an entry that is not queued, whatever write fails (%s)', async (effect) => {
    const world = makeWorld();
    for (let ms = 100; ms < 110; ms += 1) appendStart(world, `${ms}-0`, 'a');
    for (let ms = 103; ms < 120; ms += 2) appendStop(world, `${ms}-7`, 'a');
    append(world, START, '111-0', { image_ref: 'names no game' });
    let writes = 0;
    const journal = intercept('journal', world.journal, async (call: Call) => {
      if (call.method !== 'ingest') return call.go();
      writes += 1;
      if (writes % 2 === 0) return call.go();
      if (effect === 'unknown') await call.go();
      assertNothingPassed(world);
      throw faultOf('postgres', { effect });
    });
    await (await makeIntake(world, { journal, batch: 2 })).drain();
    assertNothingPassed(world);
    expect(cursorsIn(world)).toEqual({ start_jobs: '111-0', stop_jobs: '119-7' });
    expect(world.database.operations).toHaveLength(19);
    expect(new Set(queued(world)).size).toBe(19);
    expect(world.database.lane('dead_letter', 'start_jobs')).toHaveLength(1);
  });

  it('come from the journal', async () => {
    const world = makeWorld();
    world.database.places.start_jobs = { cursor: '100-0', floor: '100-0', entriesRead: 1n, previous: '0-0' };
    world.database.places.stop_jobs = { cursor: '0-0', floor: null, entriesRead: 0n, previous: '0-0' };
    appendStart(world, '100-0', 'old');
    appendStart(world, '101-0', 'new');
    const offsets: StreamOffsetStore = { load: () => Promise.reject(new Error('must not be asked')), save: async () => undefined };
    await (await makeIntake(world, { offsets })).drain();
    expect(queued(world)).toEqual(['start new 101-0']);
  });

  it('come from the offset store where the journal has none, stream by stream', async () => {
    const world = makeWorld();
    world.database.places.start_jobs = { cursor: '100-0', floor: '100-0', entriesRead: 1n, previous: '0-0' };
    const offsets = new MemoryStreamOffsetStore(world.streams);
    await offsets.save('startjobs', '101-0');
    await offsets.save('stopjobs', '100-0');
    for (const id of ['100-0', '101-0']) appendStart(world, id, 'a');
    for (const id of ['100-0', '101-0']) appendStop(world, id, 'b');
    await (await makeIntake(world, { offsets })).drain();
    expect(queued(world)).toEqual(['start a 101-0', 'stop b 101-0']);
  });

  it('begin at the start of the streams where nobody has any', async () => {
    const world = makeWorld();
    appendStart(world, '0-1', 'a');
    await (await makeIntake(world)).drain();
    expect(queued(world)).toEqual(['start a 0-1']);
    expect(cursorsIn(world)).toEqual({ start_jobs: '0-1', stop_jobs: '0-0' });
  });

  it('are read again after a read that failed', async () => {
    const world = makeWorld();
    let reads = 0;
    const stream = intercept('stream', new MemoryJobStream(world.streams), async (call) => {
      if (call.method === 'wait') return world.clock.sleep(2000);
      reads += 1;
      if (reads < 3) throw faultOf('redis');
      return call.go();
    });
    appendStart(world, '1-0', 'a');
    const intake = await makeIntake(world, { stream: altered(stream, { key: (name) => name }) });
    await intake.drain();
    expect(queued(world)).toEqual(['start a 1-0']);
  });
});

describe('an intake that failed', () => {
  it('is told to work again while it works, not when it ends', async () => {
    const world = makeWorld();
    const stream = intercept('stream', new MemoryJobStream(world.streams), async (call) => {
      if (call.method === 'wait') return world.clock.sleep(2000);
      if (call.method === 'read' && world.clock.monotonicMs() < 500) throw faultOf('redis');
      return call.go();
    });
    const intake = await makeIntake(world, { stream: altered(stream, { key: (name) => name }) });
    intake.open();
    await world.clock.advance(40_000);
    expect(world.events.filter(({ kind }) => kind.startsWith('loop_')).map(({ kind }) => kind)).toEqual([
      'loop_failed',
      'loop_failed',
      'loop_failed',
      'loop_recovered',
    ]);
    intake.stopping.abort();
    await world.clock.advance(0);
  });
});

describe('an intake that has lost its lease', () => {
  it('changes nothing, reads no more, and ends with its signal', async () => {
    const world = makeWorld();
    let reads = 0;
    const counted = intercept('stream', new MemoryJobStream(world.streams), async (call) => {
      reads += 1;
      return call.go();
    });
    const intake = await makeIntake(world, { stream: altered(counted, { key: (name) => name }) });
    appendStart(world, '1-0', 'a');
    append(world, STOP, '1-0', {});
    const lost: LeaseGrant = { ...intake.grant, epoch: intake.grant.epoch - 1n };
    const turn = intake.turn(lost);
    await world.clock.advance(1000);
    intake.stopping.abort();
    await pass(world, turn, 0);
    expect(reads).toBe(1);
    expect(world.database.operations).toEqual([]);
    expect(world.database.outbox).toEqual([]);
    expect(cursorsIn(world)).toEqual({ start_jobs: null, stop_jobs: null });
    expect(await intake.deps.offsets.load('startjobs')).toBeNull();
    expect(world.events).toEqual([]);
  });
});

describe('an entry that cannot be decoded', () => {
  it('is dead-lettered, is answered if it names a game, and blocks nothing', async () => {
    const world = makeWorld();
    append(world, START, '1-0', { image_ref: 'games/engine:1' });
    append(world, START, '2-0', { game_id: 'Not-Ours', image_ref: 'games/engine:1' });
    append(world, STOP, '3-0', { game_id: 'a', reason: 'boredom' });
    appendStart(world, '4-0', 'a');
    await (await makeIntake(world)).drain();

    expect(queued(world)).toEqual(['start Not-Ours 2-0', 'stop a 3-0', 'start a 4-0']);
    expect(world.database.operations.map(({ job }) => job.kind)).toEqual(['invalid', 'invalid', 'start']);
    const letters = world.database.outbox.flatMap(({ entry }) => (entry.kind === 'dead_letter' ? [entry.message] : []));
    expect(letters).toMatchObject([
      { lane: 'start_jobs', number: 1n, letter: { sourceStream: START, sourceEntryId: '1-0', errorCode: 'invalid_job', attempts: 0 } },
      { lane: 'start_jobs', number: 2n, letter: { sourceStream: START, sourceEntryId: '2-0' } },
      { lane: 'stop_jobs', number: 1n, letter: { sourceStream: STOP, sourceEntryId: '3-0' } },
    ]);
    expect(letters[0]?.letter).toMatchObject({ failedAtMs: expect.any(BigInt), raw: expect.stringMatching(/^\[\[/) });
    const refused = world.events.filter(({ kind }) => kind === 'entry_refused');
    expect(refused).toMatchObject([
      { stream: 'start_jobs', entryId: '1-0', gameId: null },
      { stream: 'start_jobs', entryId: '2-0', gameId: 'Not-Ours' },
      { stream: 'stop_jobs', entryId: '3-0', gameId: 'a' },
    ]);
    expect(world.events).toContainEqual({ kind: 'jobs_ingested', queued: 3, repeated: 0, deadLetters: 3 });
  });
});

describe('beside the queue', () => {
  it('the offsets are mirrored, and only what was read', async () => {
    const world = makeWorld();
    appendStart(world, '5-1', 'a');
    const { deps, drain } = await makeIntake(world);
    await drain();
    expect(await deps.offsets.load('startjobs')).toBe('5-1');
    expect(await deps.offsets.load('stopjobs')).toBeNull();
  });

  it('a mirror that was left behind is written by the next process that ingests, though no job comes', async () => {
    const world = makeWorld();
    appendStart(world, '5-1', 'a');
    const died = await makeIntake(world, { offsets: { load: async () => null, save: () => Promise.reject(faultOf('redis')) } });
    await died.drain();
    const { deps, drain } = await makeIntake(world);
    expect(await deps.offsets.load('startjobs')).toBeNull();
    await drain();
    expect(await deps.offsets.load('startjobs')).toBe('5-1');
    expect(queued(world)).toHaveLength(1);
  });

  it('a mirror that fails is told, and holds up nothing', async () => {
    const world = makeWorld();
    appendStart(world, '1-0', 'a');
    appendStart(world, '2-0', 'b');
    const offsets: StreamOffsetStore = { load: async () => null, save: () => Promise.reject(faultOf('redis')) };
    await (await makeIntake(world, { offsets, batch: 1 })).drain();
    expect(queued(world)).toHaveLength(2);
    expect(world.events.filter(({ kind }) => kind === 'offset_mirror_failed')).toHaveLength(2);
    expect(world.events.filter(({ kind }) => kind === 'loop_failed')).toEqual([]);
  });

  it('the worker is woken by jobs, the relay by dead letters', async () => {
    const world = makeWorld();
    const woken: string[] = [];
    const bell = (name: string) => ({ wake: () => void woken.push(name), wakeIn: () => undefined, wait: async () => undefined });
    appendStart(world, '1-0', 'a');
    const intake = await makeIntake(world, { work: bell('work'), relay: bell('relay') });
    await intake.drain();
    expect(woken).toEqual(['work']);
    append(world, START, '2-0', {});
    await (await makeIntake(world, { work: bell('work'), relay: bell('relay') })).drain();
    expect(woken).toEqual(['work', 'relay']);
  });

  it('every write says how many entries of each stream it takes in', async () => {
    const world = makeWorld();
    const intakes: Intake[] = [];
    const journal = intercept('journal', world.journal, async (call) => {
      if (call.method === 'ingest') intakes.push(call.args[0] as Intake);
      return call.go();
    });
    appendStart(world, '1-0', 'a');
    append(world, START, '2-0', {});
    appendStop(world, '3-0', 'a');
    await (await makeIntake(world, { journal })).drain();
    expect(intakes).toMatchObject([
      { entriesRead: { start_jobs: 2, stop_jobs: 1 }, cursors: { start_jobs: '2-0', stop_jobs: '3-0' }, lease: { holder: 'me' } },
    ]);
    expect(entriesOf(world, START)).toHaveLength(2);
  });
});
