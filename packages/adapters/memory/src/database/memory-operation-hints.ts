import { once } from 'node:events';
import type { OperationHint, OperationHints } from '@galaxy/manager-ports';
import type { MemoryDatabase } from './memory-database.js';

/** {@link OperationHints} in memory. */
export class MemoryOperationHints implements OperationHints {
  readonly #database: MemoryDatabase;

  constructor(database: MemoryDatabase) {
    this.#database = database;
  }

  async watch(onHint: (hint: OperationHint) => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#database.followers.add(onHint);
    onHint({ kind: 'connected' });
    await once(signal, 'abort');
    this.#database.followers.delete(onHint);
  }
}
