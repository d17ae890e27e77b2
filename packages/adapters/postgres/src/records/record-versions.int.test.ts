import { newRuntimeRecord } from '@galaxy/domain';
import { type FreshDatabase, freshDatabase, testServers } from '@galaxy/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PostgresExecutor } from '../client/postgres-executor.js';
import { migrate } from '../schema/migrate.js';
import { EMPTY } from '../stores.test-support.js';
import { PostgresRuntimeRecordStore } from './postgres-runtime-record-store.js';

const record = newRuntimeRecord({ gameId: 'g1', imageRef: 'galaxy/engine:1.0', status: 'starting', now: new Date(0) });

/** Writers of the version before know no column `version`: a trigger counts for them. */
describe('the version of a record that others write', () => {
  let database: FreshDatabase;
  let executor: PostgresExecutor;
  let records: PostgresRuntimeRecordStore;

  beforeAll(async () => {
    database = await freshDatabase(testServers().postgresUrl);
    await migrate(database.url);
    executor = new PostgresExecutor({ url: database.url });
    records = new PostgresRuntimeRecordStore(executor);
  });
  beforeEach(async () => {
    await executor.query(EMPTY);
    await records.upsert(record);
  });
  afterAll(async () => {
    await executor.close();
    await database.drop();
  });

  const run = (text: string) => executor.query({ name: 'a statement of another writer', text, params: [] });

  it('rises by one with an update that does not name it', async () => {
    await run("update runtime_records set status = 'running'");
    await run('update runtime_records set paused = true, last_op_at = clock_timestamp()');
    expect(await records.get('g1')).toMatchObject({ status: 'running', paused: true, version: 3 });
  });

  it('stays with an update that changes nothing', async () => {
    await run('update runtime_records set status = status, paused = paused');
    expect(await records.get('g1')).toEqual(record);
  });

  it('rises only once with an update that raises it itself', async () => {
    await run("update runtime_records set status = 'running', version = version + 1");
    expect(await records.get('g1')).toMatchObject({ version: 2 });
  });

  it('is 1 for a row that was inserted without one, with what is unknown of it', async () => {
    await run(
      "insert into runtime_records values ('g2', 'removed', null, 'galaxy/engine:1.0', 'e', false, now(), null, null, now(), now())",
    );
    const unknown = { imageId: null, imageDigest: null, engineVersion: null, currentTurn: null, nextTurnAt: null, lastError: null };
    expect(await records.get('g2')).toMatchObject({ ...unknown, version: 1, health: 'unknown' });
  });
});
