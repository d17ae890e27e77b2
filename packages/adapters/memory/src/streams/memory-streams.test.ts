import {
  deadLetterPublisherContract,
  jobOutcomePublisherContract,
  jobStreamContract,
  numberedResultPublisherContract,
} from '@galaxy/manager-port-contracts';
import { jobResultPublisherContract, runtimeManagerContract, streamOffsetStoreContract } from '@galaxy/port-contracts';
import { PUBLISH_ID_REMEMBERED_MS } from '@galaxy/ports';
import type { RawEntry } from '@galaxy/wire';
import { rawEntry, STREAM_KEYS } from '@galaxy/wire';
import { describe, expect, it } from 'vitest';
import { MemoryDeadLetterPublisher } from './memory-dead-letter-publisher.js';
import { MemoryJobOutcomePublisher } from './memory-job-outcome-publisher.js';
import { MemoryJobResultPublisher } from './memory-job-result-publisher.js';
import { readMemoryJobResults } from './memory-job-results.js';
import { MemoryJobStream } from './memory-job-stream.js';
import { MemoryNumberedResultPublisher } from './memory-numbered-result-publisher.js';
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

numberedResultPublisherContract('memory', async () => {
  const streams = new MemoryStreams();
  return {
    ...serverUnderTest(streams),
    results: new MemoryNumberedResultPublisher(streams),
    elsewhere: new MemoryNumberedResultPublisher(streams),
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

jobOutcomePublisherContract('memory', async () => {
  const streams = new MemoryStreams();
  return {
    ...serverUnderTest(streams),
    outcomes: new MemoryJobOutcomePublisher(streams),
    elsewhere: new MemoryJobOutcomePublisher(streams),
    entries: async () => seen(streams, STREAM_KEYS.jobOutcomes),
  };
});

streamOffsetStoreContract('memory', async () => {
  const streams = new MemoryStreams();
  return { ...serverUnderTest(streams), offsets: new MemoryStreamOffsetStore(streams) };
});

const NO_LOST_REPLY = { loseReplies: 'a call returns in the same process: there is no reply that could be lost' };

runtimeManagerContract(
  'memory',
  async () => {
    const streams = new MemoryStreams();
    return {
      ...serverUnderTest(streams),
      manager: new MemoryRuntimeManager(streams),
      elsewhere: new MemoryRuntimeManager(streams),
      startEntries: async () => seen(streams, STREAM_KEYS.startJobs),
      stopEntries: async () => seen(streams, STREAM_KEYS.stopJobs),
    };
  },
  NO_LOST_REPLY,
);

jobResultPublisherContract(
  'memory',
  async () => {
    const streams = new MemoryStreams();
    return {
      ...serverUnderTest(streams),
      results: new MemoryJobResultPublisher(streams),
      entries: async () => seen(streams, STREAM_KEYS.jobResults),
    };
  },
  NO_LOST_REPLY,
);

describe('MemoryStreams', () => {
  it('gives rising ids while the clock stands or goes back', () => {
    const times = [5, 5, 3, 6];
    const streams = new MemoryStreams({ now: () => times.shift() ?? 6 });
    const ids = [1, 2, 3, 4].map(() => streams.append('s', rawEntry({ a: '1' })));
    expect(ids).toEqual(['5-0', '5-1', '5-2', '6-0']);
    expect(() => streams.append('s', [], '6-0')).toThrow('not greater');
  });
});

describe('MemoryStreams that lose', () => {
  const opened = async () => {
    const streams = new MemoryStreams({ now: () => 5 });
    const publisher = new MemoryNumberedResultPublisher(streams);
    await publisher.adoptEpoch(1n, null, null);
    const result = { gameId: 'alpha', outcome: 'success', containerId: '', engineEndpoint: '', errorCode: '', errorMessage: '' } as const;
    const publish = (number: bigint) => publisher.publish({ number, result }, { epoch: 1n, outboxId: number });
    await publish(1n);
    return { streams, publisher, publish };
  };

  it('what a replica lacks is lost with everything beside it, and the replica goes its own way', async () => {
    const { streams, publisher, publish } = await opened();
    const { connection } = await publisher.state();
    const replica = streams.fork();
    await publish(2n);
    await publisher.adoptEpoch(2n, 1n, '9-9');
    expect(seen(replica, STREAM_KEYS.jobResults)).toHaveLength(1);
    streams.failOverTo(replica);
    expect(await publisher.held(['alpha'])).toEqual([1n]);
    expect(await publisher.state()).toMatchObject({ epoch: 1n, lastOutboxId: 1n });
    expect((await publisher.state()).connection).not.toBe(connection);
    expect(await publish(2n)).toEqual({ kind: 'published', entryId: '5-1' });
    expect(seen(replica, STREAM_KEYS.jobResults)).toHaveLength(1);
  });

  it('a flush leaves nothing, and the connection as it was', async () => {
    const { streams, publisher } = await opened();
    const { connection } = await publisher.state();
    streams.flush();
    expect(seen(streams, STREAM_KEYS.jobResults)).toEqual([]);
    expect(await publisher.state()).toEqual({ epoch: null, lastOutboxId: 0n, forgottenUpTo: 0n, connection });
  });

  it('a full server is read from and not written to', async () => {
    const { streams, publisher, publish } = await opened();
    streams.setFull(true);
    const refused = { code: 'redis_unavailable', retryable: true, effect: 'not_done' };
    await expect(publish(2n)).rejects.toMatchObject(refused);
    await expect(publisher.adoptEpoch(2n, null, null)).rejects.toMatchObject(refused);
    await expect(publisher.skipTo('alpha', 9n)).rejects.toMatchObject(refused);
    expect(() => streams.append('jobs', [])).toThrow('full');
    expect(await publisher.held(['alpha'])).toEqual([1n]);
    streams.setFull(false);
    expect(await publish(2n)).toMatchObject({ kind: 'published' });
  });
});

describe('MemoryRuntimeManager', () => {
  it('forgets an id after the time it promised, and a failover takes the memory of ids back with the jobs', async () => {
    let now = 5;
    const streams = new MemoryStreams({ now: () => now });
    const manager = new MemoryRuntimeManager(streams);
    const replica = streams.fork();
    const job = await manager.publishStopJob('alpha', 'timeout', { id: 'a' });
    now += PUBLISH_ID_REMEMBERED_MS - 1;
    expect(await manager.wasPublished('a', new Date(5))).toEqual({ kind: 'published', ...job });
    now += 1;
    expect(await manager.wasPublished('a', new Date(5))).toEqual({ kind: 'unknown' });
    streams.failOverTo(replica);
    expect(await manager.wasPublished('a', new Date(now))).toEqual({ kind: 'not_published' });
    expect(seen(streams, STREAM_KEYS.stopJobs)).toEqual([]);
  });
});

describe('readMemoryJobResults', () => {
  it('gives every result once and in order, also those that come later, and ends when aborted', async () => {
    const streams = new MemoryStreams();
    const publisher = new MemoryNumberedResultPublisher(streams);
    const stop = new AbortController();
    await publisher.adoptEpoch(1n, null, null);
    const publish = (number: bigint) => {
      const result = { gameId: 'alpha', outcome: 'success', engineEndpoint: '', errorCode: '', errorMessage: '' } as const;
      return publisher.publish({ number, result: { ...result, containerId: String(number) } }, { epoch: 1n, outboxId: number });
    };
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
