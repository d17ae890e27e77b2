import {
  deadLetterPublisherContract,
  jobOutcomePublisherContract,
  jobStreamContract,
  numberedResultPublisherContract,
} from '@galaxy/manager-port-contracts';
import { jobResultPublisherContract, runtimeManagerContract, streamOffsetStoreContract } from '@galaxy/port-contracts';
import { startFaultProxy, testServers, uniqueName, waitFor } from '@galaxy/testing';
import { Redis } from 'ioredis';
import { RedisConnection } from './connection/redis-connection.js';
import { RedisJobStream } from './inbound/job-stream.js';
import { RedisDeadLetterPublisher } from './outbound/dead-letters.js';
import { RedisJobOutcomePublisher } from './outbound/job-outcomes.js';
import { RedisJobResultPublisher } from './outbound/job-results.js';
import { RedisNumberedResultPublisher } from './outbound/numbered-results.js';
import { RedisRuntimeManager } from './outbound/runtime-manager.js';
import { RedisStreamOffsetStore } from './outbound/stream-offsets.js';

/** A server behind a fault proxy, connections to it, and a client past the proxy to look with. */
async function openServer() {
  const { redisUrl } = testServers();
  const proxy = await startFaultProxy(redisUrl);
  const look = new Redis(redisUrl);
  const [reader, commands, elsewhere] = (['reader', 'commands', 'commands'] as const).map(
    (role) => new RedisConnection({ server: proxy.url, role }),
  ) as [RedisConnection, RedisConnection, RedisConnection];
  const connections = [reader, commands, elsewhere];
  await Promise.all(connections.map((connection) => waitFor('redis', () => connection.ping().then(() => true))));
  const entries = async (key: string) =>
    (await look.xrange(key, '-', '+')).map(([entryId, values]) => ({
      entryId,
      fields: Object.fromEntries(values.flatMap((value, i) => (i % 2 === 0 ? [[value, values[i + 1] ?? '']] : []))),
    }));
  return {
    proxy,
    reader,
    commands,
    elsewhere,
    look,
    entries,
    tested: {
      cutOff: () => proxy.set({ kind: 'refuse' }),
      restore: () => proxy.set({ kind: 'pass' }),
      close: async () => {
        for (const connection of connections) connection.close();
        look.disconnect();
        await proxy.stop();
      },
    },
  };
}

jobStreamContract('redis', async () => {
  const { reader, commands, look, tested } = await openServer();
  const [startJobsKey, stopJobsKey] = [uniqueName('start'), uniqueName('stop')];
  const jobs = new RedisJobStream({ reader, commands, startJobsKey, stopJobsKey });
  return {
    ...tested,
    jobs,
    append: async (stream, fields, entryId) => {
      const values = fields.flat().map((value) => (typeof value === 'string' ? value : Buffer.from(value)));
      return (await look.xadd(jobs.key(stream), entryId ?? '*', ...values)) ?? '';
    },
    trim: async (stream, maxLength) => {
      await look.xtrim(jobs.key(stream), 'MAXLEN', maxLength);
    },
    remove: async (stream, entryId) => {
      await look.xdel(jobs.key(stream), entryId);
    },
    drop: async (stream) => {
      await look.del(jobs.key(stream));
    },
  };
});

numberedResultPublisherContract('redis', async () => {
  const { commands, elsewhere, entries, tested } = await openServer();
  const jobResultsKey = uniqueName('results');
  return {
    ...tested,
    results: new RedisNumberedResultPublisher({ commands, jobResultsKey }),
    elsewhere: new RedisNumberedResultPublisher({ commands: elsewhere, jobResultsKey }),
    entries: () => entries(jobResultsKey),
  };
});

deadLetterPublisherContract('redis', async () => {
  const { commands, elsewhere, entries, tested } = await openServer();
  const deadLettersKey = uniqueName('dead');
  return {
    ...tested,
    deadLetters: new RedisDeadLetterPublisher({ commands, deadLettersKey }),
    elsewhere: new RedisDeadLetterPublisher({ commands: elsewhere, deadLettersKey }),
    entries: () => entries(deadLettersKey),
  };
});

jobOutcomePublisherContract('redis', async () => {
  const { commands, elsewhere, entries, tested } = await openServer();
  const jobOutcomesKey = uniqueName('outcomes');
  return {
    ...tested,
    outcomes: new RedisJobOutcomePublisher({ commands, jobOutcomesKey }),
    elsewhere: new RedisJobOutcomePublisher({ commands: elsewhere, jobOutcomesKey }),
    entries: () => entries(jobOutcomesKey),
  };
});

streamOffsetStoreContract('redis', async () => {
  const { commands, tested } = await openServer();
  return { ...tested, offsets: new RedisStreamOffsetStore({ commands, offsetsPrefix: `${uniqueName('offsets')}:` }) };
});

runtimeManagerContract('redis', async () => {
  const { proxy, commands, elsewhere, entries, tested } = await openServer();
  const keys = { startJobsKey: uniqueName('start'), stopJobsKey: uniqueName('stop') };
  return {
    ...tested,
    manager: new RedisRuntimeManager({ commands, ...keys, publishWithinMs: 1000 }),
    elsewhere: new RedisRuntimeManager({ commands: elsewhere, ...keys, publishWithinMs: 1000 }),
    startEntries: () => entries(keys.startJobsKey),
    stopEntries: () => entries(keys.stopJobsKey),
    loseReplies: () => proxy.set({ kind: 'drop_replies' }),
    endLosing: async () => {
      proxy.resetAll();
      await proxy.set({ kind: 'pass' });
    },
  };
});

jobResultPublisherContract('redis', async () => {
  const { proxy, commands, entries, tested } = await openServer();
  const jobResultsKey = uniqueName('results');
  return {
    ...tested,
    results: new RedisJobResultPublisher({ commands, jobResultsKey }),
    entries: () => entries(jobResultsKey),
    loseReplies: () => proxy.set({ kind: 'drop_replies' }),
    endLosing: async () => {
      proxy.resetAll();
      await proxy.set({ kind: 'pass' });
    },
  };
});
