import { RedisConnection } from '@galaxy/adapter-redis';
import type { JobStreamName } from '@galaxy/domain';
import { type RedisServer, startRedis, waitFor } from '@galaxy/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobCount, seed } from '../../harness/test-scale.js';
import { diceOf, type Fate, type HostileEntry, hostileEntry, hugeEntry, numberOfGame, numberOfRaw } from './hostile-entries.js';
import { type Intake, openIntake } from './intake.js';

const STREAMS = ['start_jobs', 'stop_jobs'] as const;
const KEYS = { start_jobs: 'runtime:start_jobs', stop_jobs: 'runtime:stop_jobs' } as const;
const LIVES = 5;

let server: RedisServer;
let redis: Redis;
let connections: Record<'reader' | 'commands', RedisConnection>;
beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
  const open = (role: 'reader' | 'commands') => new RedisConnection({ server: server.url, role });
  connections = { reader: open('reader'), commands: open('commands') };
  await Promise.all(Object.values(connections).map((connection) => waitFor('redis', () => connection.ping().then(() => true))));
});
afterAll(async () => {
  for (const connection of Object.values(connections)) connection.close();
  redis.disconnect();
  await server.stop();
});

/** For each entry: how often it was queued as a job, queued to be answered as invalid, and dead-lettered. */
function outcomes({ database }: Intake): Map<number, string> {
  const counts = new Map<number, [number, number, number]>();
  const add = (number: number, at: 0 | 1 | 2): void => {
    const count = counts.get(number) ?? [0, 0, 0];
    count[at] += 1;
    counts.set(number, count);
  };
  for (const { gameId, job } of database.operations) add(numberOfGame(gameId), job.kind === 'invalid' ? 1 : 0);
  for (const { entry } of database.outbox) if (entry.kind === 'dead_letter') add(numberOfRaw(entry.message.letter.raw), 2);
  return new Map([...counts].map(([number, count]) => [number, count.join()]));
}

const EXPECTED: Readonly<Record<Fate, string>> = { queued: '1,0,0', answered_and_dead_lettered: '0,1,1', dead_lettered: '0,0,1' };

const toldLost = ({ events }: Intake, stream: JobStreamName): bigint =>
  events.reduce((sum, event) => (event.kind === 'stream_gap' && event.stream === stream ? sum + event.lost : sum), 0n);

describe(`streams that are trimmed, deleted from, emptied and poisoned (seed ${String(seed)})`, () => {
  it('lose no entry without a report, block on none, and handle every other one exactly once', { timeout: 240_000 }, async () => {
    const dice = diceOf(seed);
    const intake = await openIntake(connections);
    const added: Record<JobStreamName, HostileEntry[]> = { start_jobs: [], stop_jobs: [] };
    const ids: Record<JobStreamName, string[]> = { start_jobs: [], stop_jobs: [] };
    let number = 0;

    const add = async (name: JobStreamName, entry: HostileEntry, entryId = '*'): Promise<void> => {
      const id = await redis.xadd(KEYS[name], entryId, ...entry.fields.flat());
      added[name].push(entry);
      ids[name].push(id ?? '');
    };
    const remove = async (name: JobStreamName): Promise<void> => {
      if (dice(2) === 0) await redis.xtrim(KEYS[name], 'MAXLEN', dice(60));
      else
        await redis.xdel(
          KEYS[name],
          ...Array.from({ length: 1 + dice(5) }, () => ids[name].at(-1 - dice(Math.min(60, ids[name].length))) ?? '0-1'),
        );
    };
    /** Adds entries, while others are removed and the intake is sometimes paused. */
    const live = async (entryIdOf: () => string): Promise<void> => {
      for (let count = 0; count < jobCount(3000) / LIVES; count += 1) {
        const name = STREAMS[dice(2)] ?? 'start_jobs';
        number += 1;
        await add(name, hostileEntry(name, number, dice), entryIdOf());
        if (dice(25) === 0) intake.pause(dice(3) === 0);
        if (dice(30) === 0) await remove(name);
        // Also on a machine that adds and removes very fast, the intake must get to read.
        if (dice(40) === 0) await intake.drain();
      }
      await intake.drain();
      await intake.startAnew();
    };
    /** Every missing entry was reported, and every other one was handled as it must be. */
    const audit = (): void => {
      const became = outcomes(intake);
      for (const name of STREAMS) {
        const lost = added[name].filter((entry) => !became.has(entry.number));
        expect.soft(toldLost(intake, name)).toBe(BigInt(lost.length));
        const wrong = added[name].filter((entry) => became.has(entry.number) && became.get(entry.number) !== EXPECTED[entry.fate]);
        expect.soft(wrong.map((entry) => [entry.number, entry.fate, became.get(entry.number)])).toEqual([]);
      }
    };
    const recreations = () => intake.events.filter(({ kind }) => kind === 'stream_recreated').length;
    const addOneEach = async (entryIdOf: () => string): Promise<void> => {
      for (const name of STREAMS) await add(name, hostileEntry(name, (number += 1), dice), entryIdOf());
    };
    const auto = (): string => '*';

    await intake.startAnew();
    await add('start_jobs', hugeEntry((number += 1)));
    const huge = number;
    // The test does not use the shape of the stream here: Redis is slow to tell it while such a large entry is at an end of the stream.
    await waitFor('the huge entry to be dead-lettered', () => outcomes(intake).has(huge));
    await redis.xdel(KEYS.start_jobs, ids.start_jobs.at(-1) ?? '');
    await live(auto);
    audit();
    expect(recreations()).toBe(0);

    // Redis is emptied, and the intake sees that the streams are missing.
    await redis.flushall();
    await intake.startAnew();
    await live(auto);
    audit();
    expect(recreations()).toBe(2);

    // The streams are made anew at once, with ids that are all before the cursors.
    let ms = 0;
    const behind = (): string => `${String((ms += 1))}-1`;
    await intake.stop();
    await redis.del(...Object.values(KEYS));
    await addOneEach(behind);
    await intake.startAnew();
    await live(behind);
    audit();
    expect(recreations()).toBe(4);

    // The streams are made anew at once, with ids that go on where the previous ones ended.
    await redis.flushall();
    await addOneEach(auto);
    await intake.startAnew();
    await live(auto);
    audit();
    expect(recreations()).toBe(6);

    // One id of each stream is far in the future, so all later ids follow it.
    await addOneEach(() => `${String(Date.now() + 10 ** 10)}-0`);
    await live(auto);
    audit();
    expect(recreations()).toBe(6);
    expect(intake.events.filter(({ kind }) => kind === 'entry_from_future').length).toBeGreaterThanOrEqual(2);

    await intake.stop();
    expect(toldLost(intake, 'start_jobs')).toBeGreaterThan(0n);
    expect(intake.database.operations.length).toBeGreaterThan(jobCount(3000) / 2);
  });
});
