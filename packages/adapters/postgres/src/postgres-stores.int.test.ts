import { setTimeout as sleep } from 'node:timers/promises';
import {
  leasesContract,
  operationJournalContract,
  operationLogContract,
  outboxContract,
  runtimeRecordStoreContract,
} from '@galaxy/port-contracts';
import { type FreshDatabase, freshDatabase, testServers } from '@galaxy/testkit';
import { afterAll, beforeAll } from 'vitest';
import { migrate } from './migrate.js';
import { PostgresExecutor } from './postgres-executor.js';
import { PostgresLeases } from './postgres-leases.js';
import { PostgresOperationJournal } from './postgres-operation-journal.js';
import { PostgresOperationLog } from './postgres-operation-log.js';
import { PostgresOutbox } from './postgres-outbox.js';
import { PostgresRuntimeRecordStore } from './postgres-runtime-record-store.js';

const EMPTY = {
  name: 'empty the database',
  text: 'truncate runtime_records, runtime_operation_log, runtime_outbox, runtime_stream_cursors, runtime_leases restart identity',
  params: [],
};

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
    records: new PostgresRuntimeRecordStore(executor),
    journal: new PostgresOperationJournal(executor),
    log: new PostgresOperationLog(executor),
    outbox: new PostgresOutbox(executor),
    leases: new PostgresLeases(executor),
    elapse: async (ms: number) => {
      await sleep(ms);
    },
    close: async () => undefined,
  };
}

runtimeRecordStoreContract('PostgreSQL', open);
operationJournalContract('PostgreSQL', open);
operationLogContract('PostgreSQL', open);
outboxContract('PostgreSQL', open);
leasesContract('PostgreSQL', open);
