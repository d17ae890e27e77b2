import type { Settings } from '@galaxy/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatabaseUnderTest } from './database-under-test.js';

/** The promises of {@link Settings}, for an adapter to pass. `open` gives an empty database each time. */
export function settingsContract(name: string, open: () => Promise<DatabaseUnderTest>): void {
  describe(`Settings: ${name}`, () => {
    let database: DatabaseUnderTest;
    let settings: Settings;
    beforeEach(async () => {
      database = await open();
      settings = database.settings;
    });
    afterEach(() => database.close());

    it('has null for a key that was never set', async () => {
      expect(await settings.get('engine_id')).toBeNull();
    });

    it('keeps each key on its own, and the last value of each', async () => {
      await settings.set('engine_id', 'first');
      await settings.set('engine_id', 'second "quoted" \\ 游戏');
      await settings.set('mass_change_confirmed', '');
      expect(await settings.get('engine_id')).toBe('second "quoted" \\ 游戏');
      expect(await settings.get('mass_change_confirmed')).toBe('');
    });

    it('takes a key away with null, and the others not', async () => {
      await settings.set('engine_id', 'kept');
      await settings.set('mass_change_confirmed', 'yes');
      await settings.set('mass_change_confirmed', null);
      await settings.set('mass_change_confirmed', null);
      expect(await settings.get('mass_change_confirmed')).toBeNull();
      expect(await settings.get('engine_id')).toBe('kept');
    });
  });
}
