import { HOLD_REASONS, type Holds } from '@galaxy/manager-ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatabaseUnderTest } from './database-under-test.js';

/** The promises of {@link Holds}, for an adapter to pass. `open` gives an empty database each time. */
export function holdsContract(name: string, open: () => Promise<DatabaseUnderTest>): void {
  describe(`Holds: ${name}`, () => {
    let database: DatabaseUnderTest;
    let holds: Holds;
    beforeEach(async () => {
      database = await open();
      holds = database.holds;
    });
    afterEach(() => database.close());

    it('has none at first', async () => {
      expect(await holds.list()).toEqual([]);
    });

    it('puts one per reason in force, and lifts each alone', async () => {
      for (const reason of HOLD_REASONS) await holds.set(reason, `about ${reason}`);
      const listed = await holds.list();
      expect(listed.map(({ reason, message }) => [reason, message]).sort()).toEqual(
        HOLD_REASONS.map((reason) => [reason, `about ${reason}`]).sort(),
      );
      expect(listed.every(({ since }) => since instanceof Date)).toBe(true);
      await holds.clear('restored');
      expect((await holds.list()).map(({ reason }) => reason).sort()).toEqual(['engine_changed', 'mass_change']);
    });

    it('keeps `since` of one in force and takes the new message; once lifted it begins anew', async () => {
      await holds.set('mass_change', 'six games');
      const [first] = await holds.list();
      await database.elapse(20);
      await holds.set('mass_change', 'seven "games" \\ 游戏');
      expect(await holds.list()).toEqual([{ ...first, message: 'seven "games" \\ 游戏' }]);
      await holds.clear('mass_change');
      await holds.set('mass_change', 'again');
      const [later] = await holds.list();
      expect(later?.since.getTime()).toBeGreaterThan(first?.since.getTime() ?? 0);
    });

    it('sets nothing under a lease that another process holds by now', async () => {
      const lease = await database.leases.acquire('coordinator', 'a', 60_000);
      if (lease === null) return expect.fail('nobody had the lease');
      await holds.set('engine_changed', 'another one', lease);
      await holds.set('engine_changed', 'yet another one', lease);
      expect(await holds.list()).toMatchObject([{ reason: 'engine_changed', message: 'yet another one' }]);
      await database.leases.release(lease);
      await holds.set('mass_change', 'after a release', lease);
      await holds.clear('engine_changed');
      await database.leases.acquire('coordinator', 'b', 60_000);
      await holds.set('engine_changed', 'late', lease);
      expect(await holds.list()).toEqual([]);
    });

    it('lifts nothing when there is none', async () => {
      await holds.clear('engine_changed');
      expect(await holds.list()).toEqual([]);
    });

    it('puts one in force however many ask at once', async () => {
      await Promise.all(Array.from({ length: 8 }, (_, n) => holds.set('restored', `asked by ${n}`)));
      expect(await holds.list()).toMatchObject([{ reason: 'restored', message: expect.stringMatching(/^asked by \d$/) }]);
    });
  });
}
