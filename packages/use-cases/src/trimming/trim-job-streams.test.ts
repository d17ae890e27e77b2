import { MemoryJobStream } from '@galaxy/adapter-memory';
import type { JobStream } from '@galaxy/manager-ports';
import { expect, it } from 'vitest';
import { appendStart, makeIntake, queued, START } from '../test-support/intake.test-support.js';
import { altered } from '../test-support/intercept.test-support.js';
import { eventsOf } from '../test-support/outbox.test-support.js';
import { makeWorld, pass, type World } from '../test-support/world.test-support.js';
import { makeTrimJobStreams } from './trim-job-streams.js';

const MARGIN_MS = 100;
const idsIn = (world: World) => world.streams.after(START, '0-0').map(({ entryId }) => entryId);

async function ingested(...ids: string[]): Promise<World> {
  const world = makeWorld();
  for (const id of ids) appendStart(world, id, 'a');
  await (await makeIntake(world)).drain();
  return world;
}

async function trim(world: World, stream: Pick<JobStream, 'shapes' | 'trim'> = new MemoryJobStream(world.streams)): Promise<void> {
  const lease = { name: 'coordinator', holder: 'h', epoch: 1n };
  const turn = makeTrimJobStreams({ ...world, stream, marginMs: MARGIN_MS });
  await pass(world, turn(lease, new AbortController().signal));
}

it('removes what was ingested, except for the margin, and no gap is made of it', async () => {
  const world = await ingested('100-0', '199-9', '200-0', '250-0', '300-0');
  appendStart(world, '900-0', 'not ingested');
  await trim(world);
  expect(idsIn(world)).toEqual(['200-0', '250-0', '300-0', '900-0']);
  expect(eventsOf(world, 'stream_trimmed')).toEqual([{ kind: 'stream_trimmed', stream: 'start_jobs', removed: 2 }]);
  await (await makeIntake(world)).drain();
  expect(queued(world)).toHaveLength(6);
  expect(world.events.filter(({ kind }) => kind === 'stream_gap' || kind === 'stream_recreated')).toEqual([]);
});

it('removes nothing of a stream that was never read, and nothing younger than the margin', async () => {
  const world = makeWorld();
  appendStart(world, '100-0', 'a');
  await trim(world);
  expect(idsIn(world)).toEqual(['100-0']);
  const young = await ingested('200-0', '299-0');
  await trim(young);
  expect(idsIn(young)).toEqual(['200-0', '299-0']);
});

it('leaves a stream alone that is not as the cursor left it', async () => {
  const world = await ingested('1000-0', '2000-0');
  world.streams.drop(START);
  for (const id of ['10-0', '20-0']) appendStart(world, id, 'new');
  await trim(world);
  expect(idsIn(world)).toEqual(['10-0', '20-0']);
});

it('leaves a stream alone that is recreated after it was looked at', async () => {
  const world = await ingested('1000-0', '2000-0');
  const reader = new MemoryJobStream(world.streams);
  const stream = altered(reader, {
    trim: (name, cut) => {
      world.streams.drop(START);
      appendStart(world, '10-0', 'new');
      return reader.trim(name, cut);
    },
  });
  await trim(world, stream);
  expect(idsIn(world)).toEqual(['10-0']);
});

it('tells once that others read the stream', async () => {
  const world = await ingested('1000-0', '2000-0');
  const reader = new MemoryJobStream(world.streams);
  const stream = altered(reader, { trim: async () => ({ kind: 'other_readers' }) });
  const turn = makeTrimJobStreams({ ...world, stream, marginMs: MARGIN_MS });
  const lease = { name: 'coordinator', holder: 'h', epoch: 1n };
  for (let turns = 0; turns < 3; turns += 1) await pass(world, turn(lease, new AbortController().signal));
  expect(eventsOf(world, 'stream_not_trimmed')).toEqual([{ kind: 'stream_not_trimmed', stream: 'start_jobs' }]);
});
