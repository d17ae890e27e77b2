import {
  deadLetterPublisherContract,
  entryRequeueContract,
  jobResultPublisherContract,
  jobStreamContract,
  runtimeManagerContract,
  streamOffsetStoreContract,
} from '@galaxy/port-contracts';
import type { RawEntry } from '@galaxy/wire';
import { rawEntry, STREAM_KEYS } from '@galaxy/wire';
import { describe, expect, it } from 'vitest';
import { MemoryDeadLetterPublisher } from './memory-dead-letter-publisher.js';
import { MemoryEntryRequeue } from './memory-entry-requeue.js';
import { MemoryJobResultPublisher } from './memory-job-result-publisher.js';
import { readMemoryJobResults } from './memory-job-results.js';
import { MemoryJobStream } from './memory-job-stream.js';
import { MemoryRuntimeManager } from './memory-runtime-manager.js';
import { MemoryStreamOffsetStore } from './memory-stream-offset-store.js';
import { MemoryStreams } from './memory-streams.js';

const seen = (streams: MemoryStreams, key: string) =>
  streams.after(key, '0-0').map(({ entryId, entry }) => ({
    entryId,
    fields: Object.fromEntries(entry.map((field) => field.map((bytes) => Buffer.from(bytes).toString()) as [string, string])),
  }));

const serverUnderTest = (streams: MemoryStreams) => ({
  cutOff: async () => streams.setReachable(false),
  restore: async () => streams.setReachable(true),
  close: async () => undefined,
});

jobStreamContract('memory', async () => {
  const streams = new MemoryStreams();
  const jobs = new MemoryJobStream(streams);
  return {
    ...serverUnderTest(streams),
    jobs,
    append: async (stream, fields, entryId) => {
      const entry: RawEntry = fields.map(([name, value]) => [Buffer.from(name), Buffer.from(value)] as const);
      return streams.append(jobs.key(stream), entry, entryId);
    },
    trim: async (stream, maxLength) => streams.trim(jobs.key(stream), maxLength),
    remove: async (stream, entryId) => void streams.remove(jobs.key(stream), entryId),
    drop: async (stream) => streams.drop(jobs.key(stream)),
  };
});

entryRequeueContract('memory', async () => {
  const streams = new MemoryStreams();
  return {
    ...serverUnderTest(streams),
    requeue: new MemoryEntryRequeue(streams),
    jobs: new MemoryJobStream(streams),
  };
});

jobResultPublisherContract('memory', async () => {
  const streams = new MemoryStreams();
  return {
    ...serverUnderTest(streams),
    results: new MemoryJobResultPublisher(streams),
    elsewhere: new MemoryJobResultPublisher(streams),
    entries: async () => seen(streams, STREAM_KEYS.jobResults),
  };
});

deadLetterPublisherContract('memory', async () => {
  const streams = new MemoryStreams();
  return {
    ...serverUnderTest(streams),
    deadLetters: new MemoryDeadLetterPublisher(streams),
    elsewhere: new MemoryDeadLetterPublisher(streams),
    entries: async () => seen(streams, STREAM_KEYS.deadLetters),
  };
});

streamOffsetStoreContract('memory', async () => {
  const streams = new MemoryStreams();
  return { ...serverUnderTest(streams), offsets: new MemoryStreamOffsetStore(streams) };
});

runtimeManagerContract('memory', async () => {
  const streams = new MemoryStreams();
  return {
    ...serverUnderTest(streams),
    manager: new MemoryRuntimeManager(streams),
    startEntries: async () => seen(streams, STREAM_KEYS.startJobs),
    stopEntries: async () => seen(streams, STREAM_KEYS.stopJobs),
  };
});

describe('MemoryStreams', () => {
  it('gives rising ids while the clock stands or goes back', () => {
    const times = [5, 5, 3, 6];
    const streams = new MemoryStreams({ now: () => times.shift() ?? 6 });
    const ids = [1, 2, 3, 4].map(() => streams.append('s', rawEntry({ a: '1' })));
    expect(ids).toEqual(['5-0', '5-1', '5-2', '6-0']);
    expect(() => streams.append('s', [], '6-0')).toThrow('not greater');
  });
});

describe('readMemoryJobResults', () => {
  it('gives every result once and in order, also those that come later, and ends when aborted', async () => {
    const streams = new MemoryStreams();
    const publisher = new MemoryJobResultPublisher(streams);
    const stop = new AbortController();
    const publish = (number: bigint) =>
      publisher.publish({
        number,
        result: { gameId: 'alpha', outcome: 'success', containerId: String(number), engineEndpoint: '', errorCode: '', errorMessage: '' },
      });
    await publish(1n);
    const read: string[] = [];
    for await (const { result } of readMemoryJobResults(streams, { after: '0-0', signal: stop.signal })) {
      read.push(result.containerId);
      if (read.length < 3) await publish(BigInt(read.length + 1));
      else stop.abort();
    }
    expect(read).toEqual(['1', '2', '3']);
  });
});
