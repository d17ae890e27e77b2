import { setTimeout as sleep } from 'node:timers/promises';
import type { DockerEngine, PostgresServer, RedisServer, ServerControl } from '@galaxy/testing';
import { buildEngineImages, startDockerEngine, startPostgres, startRedis, waitFor } from '@galaxy/testing';
import { jobCount, openWorldOn, type RtmanagerProcess, runMixedJobs, type World } from '@galaxy/verification';
import { afterAll, beforeAll, expect, it } from 'vitest';

let servers: { readonly redis: RedisServer; readonly postgres: PostgresServer; readonly container_engine: DockerEngine };
let world: World;
beforeAll(async () => {
  const [redis, postgres, container_engine] = await Promise.all([startRedis(), startPostgres(), startDockerEngine()]);
  servers = { redis, postgres, container_engine };
  await buildEngineImages(container_engine);
  world = openWorldOn({ redisUrl: redis.url, postgresUrl: postgres.url, dockerHost: container_engine.host });
}, 120_000);
afterAll(async () => {
  await world.close();
  await Promise.all(Object.values(servers).map((server) => server.stop()));
});

const JOBS = jobCount(140);
// The signal by which each server ends at once, but in order: https://www.postgresql.org/docs/current/server-shutdown.html
const POLITE = { redis: 'SIGTERM', postgres: 'SIGINT', container_engine: 'SIGTERM' } as const;
const AWAY_MS = 2500;

it(`answers ${JOBS} mixed jobs exactly once each, in order, though every server is restarted twice`, { timeout: 300_000 }, async () => {
  const rtmanager = await world.start();
  await rtmanager.untilReady();
  const meanwhile = async () => {
    for (const name of ['redis', 'postgres', 'container_engine'] as const) {
      for (const signal of ['SIGKILL', POLITE[name]] as const) {
        await sleep(2000);
        await bounce(name, signal, rtmanager);
      }
    }
  };
  const { told, violations } = await runMixedJobs(world, { jobs: JOBS, games: 50, ahead: 60, spreadMs: 30_000, meanwhile });
  console.log(told);
  expect(violations, told).toEqual([]);
});

async function bounce(name: keyof typeof servers, signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT', rtmanager: RtmanagerProcess): Promise<void> {
  const server: ServerControl = servers[name];
  await server.kill(signal);
  const answer = await waitFor(`/readyz to miss ${name}`, async () => {
    const { status, dependencies } = await rtmanager.readyz();
    return status === 503 && dependencies[name]?.ok === false ? dependencies : null;
  });
  expect(answer[name]?.why, `why ${name} is missing`).toMatch(/\w/);
  expect((await fetch(`${rtmanager.url}/livez`)).status).toBe(200);
  await sleep(AWAY_MS);
  await server.restart();
  await rtmanager.untilReady();
}
