import { ManualClock, MemoryDatabase, MemoryHolds } from '@galaxy/adapter-memory';
import { beforeEach, describe, expect, it } from 'vitest';
import { faultOf } from '../test-support/intercept.test-support.js';
import { makeRestoreGuard, type RestoreGuard } from './restore-guard.js';

const SHAPE = { firstId: '1-0', lastHeldId: '500-0', lastId: '500-0', added: 5n, length: 5n };

/** What the servers say; tests change it. */
interface Servers {
  cursor: string | null;
  previous: string;
  mirror: string | null;
  lastId: bigint;
  published: bigint;
  redisIsAway: boolean;
}

let servers: Servers;
let holds: MemoryHolds;
let guard: RestoreGuard;
let looks: number;
/** Happens once the mirrors are read, and before the cursors are. */
let meanwhile: () => void;

beforeEach(() => {
  servers = { cursor: '100-0', previous: '0-0', mirror: '100-0', lastId: 5n, published: 5n, redisIsAway: false };
  holds = new MemoryHolds(new MemoryDatabase(new ManualClock()));
  looks = 0;
  meanwhile = () => undefined;
  const redis = async <T>(answer: () => T): Promise<T> => {
    if (servers.redisIsAway) throw faultOf('redis');
    return answer();
  };
  const place = () =>
    servers.cursor === null ? null : { cursor: servers.cursor, floor: null, entriesRead: null, previous: servers.previous };
  guard = makeRestoreGuard({
    journal: { cursors: async () => ({ start_jobs: place(), stop_jobs: null }) },
    outbox: {
      state: async () => {
        looks += 1;
        return { epoch: 1n, lastId: servers.lastId, lastEntryIds: { job_result: null, dead_letter: null, job_outcome: null } };
      },
    },
    offsets: { load: (label) => redis(() => (label === 'startjobs' ? servers.mirror : null)) },
    stream: { shapes: () => redis(() => ({ start_jobs: SHAPE, stop_jobs: null })) },
    results: {
      state: () => {
        meanwhile();
        return redis(() => ({ epoch: 1n, lastOutboxId: servers.published, forgottenUpTo: 0n, connection: 'c' }));
      },
    },
    deadLetters: { state: () => redis(() => ({ epoch: 1n, lastOutboxId: 0n, forgottenUpTo: 0n, connection: 'c' })) },
    holds,
  });
});

const reasons = async () => (await holds.list()).map(({ reason }) => reason);

describe('makeRestoreGuard', () => {
  it('lets work go on while nothing speaks against it, and does not ask again until it has to', async () => {
    expect(await guard.mayWork()).toBe(true);
    const asked = looks;
    expect(await guard.mayWork()).toBe(true);
    expect(looks).toBe(asked);
    guard.distrust();
    await guard.mayWork();
    expect(looks).toBeGreaterThan(asked);
  });

  it('puts a hold in force when a message was published that the database does not know', async () => {
    servers.published = 6n;
    expect(await guard.mayWork()).toBe(false);
    expect(await reasons()).toEqual(['restored']);
  });

  it('puts a hold in force when more was ingested than the database knows', async () => {
    servers.mirror = '400-0';
    expect(await guard.mayWork()).toBe(false);
    expect((await holds.list())[0]?.message).toContain('start_jobs was ingested up to 400-0');
  });

  it('respects a hold that somebody else has set, and goes on once it is lifted', async () => {
    await holds.set('restored', 'seen by another runner');
    expect(await guard.mayWork()).toBe(false);
    await holds.clear('restored');
    expect(await guard.mayWork()).toBe(true);
  });

  it('takes back a hold that it has set after everything was put in order', async () => {
    servers.published = 6n;
    const set = holds.set.bind(holds);
    holds.set = async (...hold) => {
      servers.published = 5n;
      await set(...hold);
    };
    expect(await guard.mayWork()).toBe(false);
    expect(await reasons()).toEqual([]);
    expect(await guard.mayWork()).toBe(true);
  });

  it('does not mind the holds that only stop the reconciler', async () => {
    await holds.set('mass_change', 'm');
    expect(await guard.mayWork()).toBe(true);
  });

  it('says that it can not tell while the traces can not be read, and asks again', async () => {
    servers.redisIsAway = true;
    await expect(guard.mayWork()).rejects.toMatchObject({ dependency: 'redis' });
    servers.redisIsAway = false;
    expect(await guard.mayWork()).toBe(true);
  });

  it('goes by what it has seen of the database itself while the traces can not be read', async () => {
    await guard.mayWork();
    servers.redisIsAway = true;
    guard.distrust();
    servers.lastId = 8n;
    expect(await guard.mayWork()).toBe(true);
    guard.distrust();
    servers.lastId = 7n;
    expect(await guard.mayWork()).toBe(false);
    expect(await reasons()).toEqual(['restored']);
  });

  it('looks at the traces as soon as they can be read again', async () => {
    await guard.mayWork();
    servers.redisIsAway = true;
    guard.distrust();
    expect(await guard.mayWork()).toBe(true);
    servers = { ...servers, redisIsAway: false, published: 6n };
    expect(await guard.mayWork()).toBe(false);
  });

  it('lets nobody work before the first look has ended', async () => {
    servers.published = 6n;
    expect(await Promise.all([guard.mayWork(), guard.mayWork()])).toEqual([false, false]);
  });

  it('takes a stream that is made anew just now for no restored database', async () => {
    servers.mirror = '400-0';
    servers.cursor = '400-0';
    // Somebody sets both back between the look at the mirror and the one at the cursor.
    meanwhile = () => {
      servers = { ...servers, mirror: '0-0', cursor: '0-0', previous: '400-0' };
    };
    expect(await guard.mayWork()).toBe(true);
    expect(await reasons()).toEqual([]);
  });

  it('takes a mirror of the stream before, written late, for no restored database', async () => {
    servers = { ...servers, mirror: '400-0', cursor: '0-0', previous: '400-0' };
    expect(await guard.mayWork()).toBe(true);
  });

  it('distrusts again what was lost from state while it looked', async () => {
    const looking = guard.mayWork();
    guard.distrust();
    await looking;
    servers.published = 9n;
    expect(await guard.mayWork()).toBe(false);
  });
});
