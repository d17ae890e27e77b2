import { type ClaimRequest, COORDINATOR_LEASE, knownOperation, type LeaseGrant } from '@galaxy/manager-ports';
import { freshDatabase, testServers } from '@galaxy/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { PostgresExecutor } from './client/postgres-executor.js';
import { OtherSession } from './other-session.test-support.js';
import { migrate } from './schema/migrate.js';
import { EMPTY, storesOver } from './stores.test-support.js';

/** A claim of everything there is. */
export const ANYTHING: ClaimRequest = {
  holder: 'process-1',
  ttlMs: 60_000,
  places: { start: 100, turn: 100, other: 100 },
  known: (['start', 'stop', 'reconcile'] as const).map(knownOperation),
  takeOver: true,
  inFlight: [],
};

/** One database of PostgreSQL with its stores, and another session that may hold its rows. */
export interface RaceFixture {
  readonly url: string;
  readonly executor: PostgresExecutor;
  readonly stores: ReturnType<typeof storesOver>;
  readonly other: OtherSession;
  /** The coordinator's, of `process-1`. */
  readonly lease: LeaseGrant;
}

/**
 * Opens the database for the tests of one `describe`, and empties it before each of them. The parts are there once a test runs. The other
 * session's transaction ends with each test.
 */
export function raceFixture(): RaceFixture {
  let opened: Omit<RaceFixture, 'lease'> & { readonly drop: () => Promise<void> };
  let lease: LeaseGrant;
  beforeAll(async () => {
    const { url, drop } = await freshDatabase(testServers().postgresUrl);
    await migrate(url);
    const executor = new PostgresExecutor({ url });
    opened = { url, drop, executor, stores: storesOver(executor), other: new OtherSession(url) };
  });
  beforeEach(async () => {
    await opened.executor.query(EMPTY);
    lease = (await opened.stores.leases.acquire(COORDINATOR_LEASE, 'process-1', 60_000)) ?? expect.fail();
  });
  afterEach(async () => {
    await opened.other.run('rollback');
  });
  afterAll(async () => {
    await Promise.all([opened.executor.close(), opened.other.close()]);
    await opened.drop();
  });
  return {
    get url() {
      return opened.url;
    },
    get executor() {
      return opened.executor;
    },
    get stores() {
      return opened.stores;
    },
    get other() {
      return opened.other;
    },
    get lease() {
      return lease;
    },
  };
}
