import type { InstallationFactKey, InstallationFacts } from '@galaxy/manager-ports';
import type { MemoryDatabase } from './memory-database.js';

/** {@link InstallationFacts} in memory. */
export class MemoryInstallationFacts implements InstallationFacts {
  readonly #facts: Map<InstallationFactKey, string>;

  constructor(database: MemoryDatabase) {
    this.#facts = database.facts;
  }

  async get(key: InstallationFactKey): Promise<string | null> {
    return this.#facts.get(key) ?? null;
  }

  async set(key: InstallationFactKey, value: string | null): Promise<void> {
    if (value === null) this.#facts.delete(key);
    else this.#facts.set(key, value);
  }
}
