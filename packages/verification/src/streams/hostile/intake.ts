import { randomUUID } from 'node:crypto';
import { MemoryDatabase, MemoryLeases, MemoryOperationJournal } from '@galaxy/adapter-memory';
import { type RedisConnection, RedisJobStream, RedisStreamOffsetStore } from '@galaxy/adapter-redis';
import { compareEntryIds, parseEntryId } from '@galaxy/domain';
import { COORDINATOR_LEASE, type JobStream, type RuntimeEvent } from '@galaxy/manager-ports';
import { waitFor } from '@galaxy/testing';
import { makeIngestJobs, makeWakeup, runLoop } from '@galaxy/use-cases';
import { machineClock } from '../../harness/machine-clock.js';

const STREAMS = ['start_jobs', 'stop_jobs'] as const;

/** An intake on a real Redis, with a database in memory. It can be paused and started anew. */
export async function openIntake({ reader, commands }: Record<'reader' | 'commands', RedisConnection>) {
  const database = new MemoryDatabase(machineClock);
  const events: RuntimeEvent[] = [];
  const observer = { observe: (event: RuntimeEvent) => void events.push(event) };
  const stream = new RedisJobStream({ reader, commands });
  let [reads, isPaused] = [0, false];
  const ingest = makeIngestJobs({
    stream: beforeEachRead(stream, () => void (reads += 1)),
    journal: new MemoryOperationJournal(database),
    offsets: new RedisStreamOffsetStore({ commands }),
    clock: machineClock,
    ids: { uuid: () => randomUUID() },
    observer,
    work: makeWakeup(machineClock),
    relay: makeWakeup(machineClock),
    batch: 100,
    intakePaused: () => isPaused,
  });
  const lease = await new MemoryLeases(database).acquire(COORDINATOR_LEASE, 'me', 3_600_000);
  if (lease === null) throw new Error('the lease is free');
  let stopping = new AbortController();
  let running = Promise.resolve();
  return {
    database,
    events,
    pause: (now: boolean) => {
      isPaused = now;
    },
    async stop() {
      stopping.abort();
      await running;
    },
    /** Starts the intake anew, and returns once it has checked the streams. */
    async startAnew() {
      await this.stop();
      isPaused = false;
      reads = 0;
      stopping = new AbortController();
      running = runLoop('ingest', (signal) => ingest(lease, signal), stopping.signal, { clock: machineClock, observer });
      await waitFor('the check of the streams', () => reads > 0);
    },
    /** Returns once the intake has read all entries. */
    async drain() {
      isPaused = false;
      await waitFor('everything to be read', async () => {
        const shapes = await stream.shapes();
        return STREAMS.every((name) => isReached(shapes[name]?.lastHeldId ?? '0-0', database.places[name]?.cursor ?? '0-0'));
      });
    },
  };
}

function beforeEachRead(stream: RedisJobStream, tell: () => void): JobStream {
  return {
    key: stream.key.bind(stream),
    wait: stream.wait.bind(stream),
    shapes: stream.shapes.bind(stream),
    trim: stream.trim.bind(stream),
    read: (after, limit) => {
      tell();
      return stream.read(after, limit);
    },
  };
}

function isReached(id: string, cursor: string): boolean {
  const [a, b] = [parseEntryId(id), parseEntryId(cursor)];
  return a !== null && b !== null && compareEntryIds(a, b) <= 0;
}

export type Intake = Awaited<ReturnType<typeof openIntake>>;
