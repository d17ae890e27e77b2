import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
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
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PgliteExecutor } from './client/pglite-executor.js';
import { PgliteListener } from './client/pglite-listener.js';
import { plantRow } from './plant-row.test-support.js';
import { PostgresOperationHints } from './queue/postgres-operation-hints.js';
import { loadInstance } from './schema/instance.js';
import { migratePglite } from './schema/migrate-pglite.js';
import { readMigrations } from './schema/migrations.js';
import { SchemaTooNewError } from './schema/schema-errors.js';
import { EMPTY, elapse, storesOver } from './stores.test-support.js';

const TOTAL = readMigrations().length;
let database: PGlite;
let executor: PgliteExecutor;

beforeAll(async () => {
  database = await PGlite.create();
  await migratePglite(database);
  executor = new PgliteExecutor(database);
});
afterAll(() => executor.close());

async function open() {
  await executor.query(EMPTY);
  return {
    ...storesOver(executor),
    operationHints: new PostgresOperationHints(new PgliteListener(database)),
    plant: (row: PlantedRow) => plantRow(executor, row),
    elapse: (ms: number) => elapse(executor, ms),
    close: async () => undefined,
  };
}

runtimeRecordStoreContract('PGlite', open);
operationJournalContract('PGlite', open);
operationLogContract('PGlite', open);
operationQueueContract('PGlite', open);
operationHintsContract('PGlite', open);
outboxContract('PGlite', open);
namedOutcomesContract('PGlite', open);
leasesContract('PGlite', open);
reconcileQueueContract('PGlite', open);
holdsContract('PGlite', open);
installationFactsContract('PGlite', open);
deadLetterBoxContract('PGlite', open);
recoveryContract('PGlite', open);
historyContract('PGlite', open);

it('migrates once, and refuses a database of a newer version', async () => {
  expect(await migratePglite(database)).toEqual({ applied: 0, total: TOTAL });
  await database.exec(`insert into runtime_migrations (index, name) values (${TOTAL}, 'of the future')`);
  await expect(migratePglite(database)).rejects.toThrow(SchemaTooNewError);
  await database.exec(`delete from runtime_migrations where index = ${TOTAL}`);
});

it('answers a ping, and tells a refusal like the server does', async () => {
  await executor.ping();
  await expect(executor.query({ name: 'wrong', text: 'select nothing', params: [] })).rejects.toMatchObject({ code: 'postgres_refused' });
});

it('applies a migration with its bookkeeping or not at all, and keeps everything over a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pglite-'));
  const first = await PGlite.create(folder);
  await first.exec('create table runtime_settings (in_the_way int)');
  await expect(migratePglite(first)).rejects.toMatchObject({ code: 'postgres_refused', sqlstate: '42P07' });
  expect((await first.query('select * from runtime_migrations')).rows).toEqual([]);
  await first.exec('drop table runtime_settings');
  expect(await migratePglite(first)).toEqual({ applied: TOTAL, total: TOTAL });
  const instance = await loadInstance(new PgliteExecutor(first));
  await first.close();
  const second = await PGlite.create(folder);
  expect(await migratePglite(second)).toEqual({ applied: 0, total: TOTAL });
  expect(await loadInstance(new PgliteExecutor(second))).toBe(instance);
  await second.close();
  await rm(folder, { recursive: true });
});
