import {
  deadLetterBoxContract,
  historyContract,
  holdsContract,
  installationFactsContract,
  leasesContract,
  namedOutcomesContract,
  operationHintsContract,
  operationJournalContract,
  operationLogContract,
  operationQueueContract,
  outboxContract,
  type PlantedRow,
  reconcileQueueContract,
  recoveryContract,
} from '@galaxy/manager-port-contracts';
import { runtimeRecordStoreContract } from '@galaxy/port-contracts';
import { type FreshDatabase, freshDatabase, testServers } from '@galaxy/testing';
import { afterAll, beforeAll } from 'vitest';
import { PostgresExecutor } from './client/postgres-executor.js';
import { PostgresListener } from './client/postgres-listener.js';
import { plantRow } from './plant-row.test-support.js';
import { PostgresOperationHints } from './queue/postgres-operation-hints.js';
import { migrate } from './schema/migrate.js';
import { EMPTY, elapse, storesOver } from './stores.test-support.js';

let database: FreshDatabase;
let executor: PostgresExecutor;

beforeAll(async () => {
  database = await freshDatabase(testServers().postgresUrl);
  await migrate(database.url);
  executor = new PostgresExecutor({ url: database.url });
});
afterAll(async () => {
  await executor.close();
  await database.drop();
});

async function open() {
  await executor.query(EMPTY);
  return {
    ...storesOver(executor),
    operationHints: new PostgresOperationHints(new PostgresListener({ url: database.url })),
    plant: (row: PlantedRow) => plantRow(executor, row),
    elapse: (ms: number) => elapse(executor, ms),
    close: async () => undefined,
  };
}

runtimeRecordStoreContract('PostgreSQL', open);
operationJournalContract('PostgreSQL', open);
operationLogContract('PostgreSQL', open);
operationQueueContract('PostgreSQL', open);
operationHintsContract('PostgreSQL', open);
outboxContract('PostgreSQL', open);
namedOutcomesContract('PostgreSQL', open);
leasesContract('PostgreSQL', open);
reconcileQueueContract('PostgreSQL', open);
holdsContract('PostgreSQL', open);
installationFactsContract('PostgreSQL', open);
deadLetterBoxContract('PostgreSQL', open);
recoveryContract('PostgreSQL', open);
historyContract('PostgreSQL', open);
