import type { OutboxLane, Recovery } from '@galaxy/manager-ports';
import type { JobResult } from '@galaxy/ports';
import type { MemoryDatabase } from './memory-database.js';

/** {@link Recovery} in memory. */
export class MemoryRecovery implements Recovery {
  readonly #database: MemoryDatabase;

  constructor(database: MemoryDatabase) {
    this.#database = database;
  }

  async closeOperations(message: string): Promise<number> {
    const { operations, holdsInForce, clock } = this.#database;
    if (!holdsInForce.has('restored')) return 0;
    const open = operations.filter(({ finishedAt }) => finishedAt === null);
    for (const operation of open) {
      operation.status = 'failed';
      operation.holder = null;
      operation.errorCode = 'internal_error';
      operation.result = closed(operation.gameId, message);
      operation.finishedAt = clock.now();
      this.#database.tellEnd(operation);
    }
    return open.length;
  }

  async lastNumbers(lanes: readonly OutboxLane[]): Promise<bigint[]> {
    return lanes.map((lane) => this.#database.lastNumber(lane));
  }
}

function closed(gameId: string, errorMessage: string): JobResult {
  return { gameId, outcome: 'failure', containerId: '', engineEndpoint: '', errorCode: 'internal_error', errorMessage };
}
