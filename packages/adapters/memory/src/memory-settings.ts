import type { SettingKey, Settings } from '@galaxy/ports';
import type { MemoryDatabase } from './memory-database.js';

/** Settings in memory. */
export class MemorySettings implements Settings {
  readonly #settings: Map<SettingKey, string>;

  constructor(database: MemoryDatabase) {
    this.#settings = database.settings;
  }

  async get(key: SettingKey): Promise<string | null> {
    return this.#settings.get(key) ?? null;
  }

  async set(key: SettingKey, value: string | null): Promise<void> {
    if (value === null) this.#settings.delete(key);
    else this.#settings.set(key, value);
  }
}
