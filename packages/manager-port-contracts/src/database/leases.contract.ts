import { randomUUID } from 'node:crypto';
import type { LeaseGrant, Leases } from '@galaxy/manager-ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LONG_MS, SHORT_MS } from './database-samples.js';
import type { DatabaseUnderTest } from './database-under-test.js';

/** The promises of {@link Leases}, for an adapter to pass. `open` gives an empty database each time. */
export function leasesContract(name: string, open: () => Promise<DatabaseUnderTest>): void {
  describe(`Leases: ${name}`, () => {
    let database: DatabaseUnderTest;
    let leases: Leases;
    beforeEach(async () => {
      database = await open();
      leases = database.leases;
    });
    afterEach(() => database.close());

    const taken = async (holder: string, ttlMs = LONG_MS): Promise<LeaseGrant> => {
      const grant = await leases.acquire('ingest', holder, ttlMs);
      if (grant === null) throw new Error('the lease is held by another process');
      return grant;
    };

    it('gives a lease to one holder and null to everybody else', async () => {
      expect(await leases.acquire('ingest', 'a', LONG_MS)).toEqual({ name: 'ingest', holder: 'a', epoch: expect.any(BigInt) });
      expect(await leases.acquire('ingest', 'b', LONG_MS)).toBeNull();
    });

    it('keeps leases of different names apart', async () => {
      await taken('a');
      expect(await leases.acquire('relay', 'b', LONG_MS)).toMatchObject({ name: 'relay', holder: 'b' });
    });

    it('keeps the epoch when renewed before expiry', async () => {
      const first = await taken('a');
      expect(await taken('a')).toEqual(first);
    });

    it('is extended by a renewal', async () => {
      await taken('a', 1000);
      await database.elapse(500);
      await taken('a', LONG_MS);
      await database.elapse(600);
      expect(await leases.acquire('ingest', 'b', LONG_MS)).toBeNull();
    });

    it('gives the next holder a higher epoch after an expiry, even if it is the previous holder', async () => {
      const first = await taken('a', SHORT_MS);
      await database.elapse(SHORT_MS + 50);
      const second = await taken('b', SHORT_MS);
      expect(second.epoch).toBeGreaterThan(first.epoch);
      await database.elapse(SHORT_MS + 50);
      const third = await taken('b', LONG_MS);
      expect(third.epoch).toBeGreaterThan(second.epoch);
    });

    it('is free at once after a release, and the next epoch is higher, for the previous holder too', async () => {
      const first = await taken('a');
      await leases.release(first);
      const second = await taken('b');
      expect(second.epoch).toBeGreaterThan(first.epoch);
      await leases.release(second);
      expect((await taken('b')).epoch).toBeGreaterThan(second.epoch);
    });

    it('releases nothing when the lease belongs to another process by now', async () => {
      const first = await taken('a', SHORT_MS);
      await database.elapse(SHORT_MS + 50);
      const second = await taken('b');
      await leases.release(first);
      expect(await leases.acquire('ingest', 'c', LONG_MS)).toBeNull();
      expect(await taken('b')).toEqual(second);
    });

    it('releases nothing under an epoch that has passed', async () => {
      const first = await taken('a');
      await leases.release(first);
      const second = await taken('a');
      await leases.release(first);
      await leases.release({ ...second, name: 'unknown' });
      expect(await leases.acquire('ingest', 'b', LONG_MS)).toBeNull();
    });

    it('has at most one holder, however many ask at the same time', async () => {
      const grants = await Promise.all(Array.from({ length: 20 }, () => leases.acquire('ingest', randomUUID(), LONG_MS)));
      expect(grants.filter((grant) => grant !== null)).toHaveLength(1);
    });

    it('has at most one new holder after an expiry', async () => {
      await taken('a', SHORT_MS);
      await database.elapse(SHORT_MS + 50);
      const grants = await Promise.all(Array.from({ length: 20 }, () => leases.acquire('ingest', randomUUID(), LONG_MS)));
      expect(grants.filter((grant) => grant !== null)).toHaveLength(1);
    });
  });
}
