import type { History, LeaseGrant, PruneLimits, PruneOutcome } from '@galaxy/manager-ports';
import type { PgExecutor } from '../client/pg-executor.js';
import { pruneOperations } from './prune-operations.js';
import { pruneRecords } from './prune-records.js';

/** {@link History} over the tables `runtime_operation_log` and `runtime_records`. Ages are by the database's clock. */
export class PostgresHistory implements History {
  readonly #executor: PgExecutor;

  constructor(executor: PgExecutor) {
    this.#executor = executor;
  }

  pruneOperations(lease: LeaseGrant, limits: PruneLimits): Promise<PruneOutcome> {
    return pruneOperations(this.#executor, lease, limits);
  }

  pruneRecords(lease: LeaseGrant, limits: PruneLimits): Promise<PruneOutcome> {
    return pruneRecords(this.#executor, lease, limits);
  }
}
