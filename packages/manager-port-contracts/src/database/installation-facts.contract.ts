import type { InstallationFacts } from '@galaxy/manager-ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatabaseUnderTest } from './database-under-test.js';

/** The promises of {@link InstallationFacts}, for an adapter to pass. `open` gives an empty database each time. */
export function installationFactsContract(name: string, open: () => Promise<DatabaseUnderTest>): void {
  describe(`InstallationFacts: ${name}`, () => {
    let database: DatabaseUnderTest;
    let facts: InstallationFacts;
    beforeEach(async () => {
      database = await open();
      facts = database.facts;
    });
    afterEach(() => database.close());

    it('has null for a key that was never set', async () => {
      expect(await facts.get('engine_id')).toBeNull();
    });

    it('keeps each key on its own, and the last value of each', async () => {
      await facts.set('engine_id', 'first');
      await facts.set('engine_id', 'second "quoted" \\ 游戏');
      await facts.set('mass_change_confirmed', '');
      expect(await facts.get('engine_id')).toBe('second "quoted" \\ 游戏');
      expect(await facts.get('mass_change_confirmed')).toBe('');
    });

    it('takes a key away with null, and the others not', async () => {
      await facts.set('engine_id', 'kept');
      await facts.set('mass_change_confirmed', 'yes');
      await facts.set('mass_change_confirmed', null);
      await facts.set('mass_change_confirmed', null);
      expect(await facts.get('mass_change_confirmed')).toBeNull();
      expect(await facts.get('engine_id')).toBe('kept');
    });
  });
}
