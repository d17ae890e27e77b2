import { startFakeDockerEngine } from '@galaxy/fake-docker';
import { freshDatabase, type RedisServer, startRedis, testServers } from '@galaxy/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWorldOn } from '../harness/service-world.js';
import { seed, worldsAtOnce } from '../harness/test-scale.js';
import { type Cell, cellsToRun } from './cells.js';
import { runCell } from './run-cell.js';

/** Each cell has its own Redis database. */
const DATABASES = 1000;

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis({ args: ['--databases', String(DATABASES)] });
});
afterAll(() => redis.stop());

// `GALAXY_TEST_CELLS` is `all`, or parts of the names of the cells to run, with commas between.
const cells = cellsToRun(process.env['GALAXY_TEST_CELLS'], seed);

it(`every job gets its one right result in each of ${cells.length} cells`, { timeout: 3_600_000 }, async () => {
  const startedAt = performance.now();
  const failures: string[] = [];
  const waiting = [...cells.entries()];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const problems = await inOwnWorld(...next);
      if (problems.length > 0) failures.push(`${next[1].name}: ${problems.join('\n    ')}`);
    }
  };
  await Promise.all(Array.from({ length: worldsAtOnce }, lane));
  console.log(`seed ${seed}: ${cells.length} cells in ${((performance.now() - startedAt) / 1000).toFixed(0)} s, ${failures.length} failed`);
  expect(failures.join('\n'), `seed ${seed}`).toBe('');
});

async function inOwnWorld(number: number, cell: Cell): Promise<readonly string[]> {
  const [database, engine] = await Promise.all([freshDatabase(testServers().postgresUrl), startFakeDockerEngine()]);
  const redisUrl = `${redis.url}/${number % DATABASES}`;
  const world = openWorldOn({ redisUrl, postgresUrl: database.url, dockerHost: engine.host });
  try {
    return await runCell(world, engine, cell);
  } catch (error) {
    return [String(error), await world.story()];
  } finally {
    await world.close();
    await Promise.all([database.drop(), engine.stop()]);
  }
}
