import type { TestProject } from 'vitest/node';
import { buildEngineImages, composeEngineImages } from '../images/build-engine-images.js';
import type { UsedServer } from './use-servers.js';
import { useDockerEngine, usePostgres, useRedis } from './use-servers.js';

type Servers = readonly [redis: UsedServer, postgres: UsedServer, docker: UsedServer];

// Each project of a run loads this file again, all in the same process. So what they share must be a global of the process.
const holder = globalThis as typeof globalThis & { galaxyTestServers?: { readonly servers: Promise<Servers>; users: number } };

/** The global set-up of vitest: starts or finds every server once per run, loads the engine images, and provides the addresses. */
export async function setup(project: TestProject): Promise<void> {
  holder.galaxyTestServers ??= { servers: startAll(), users: 0 };
  const [redis, postgres, docker] = await holder.galaxyTestServers.servers;
  holder.galaxyTestServers.users += 1;
  project.provide('testServers', { redisUrl: redis.url, postgresUrl: postgres.url, dockerHost: docker.url });
}

/** Ends everything that `setup` has started, after the last project that uses it. */
export async function teardown(): Promise<void> {
  const shared = holder.galaxyTestServers;
  if (shared === undefined || --shared.users > 0) return;
  delete holder.galaxyTestServers;
  await stopAll(await shared.servers.catch((): readonly UsedServer[] => []));
}

async function startAll(): Promise<Servers> {
  const started = await Promise.allSettled([useRedis(), usePostgres(), useEngineWithImages()]);
  const [redis, postgres, docker] = started;
  if (redis.status === 'fulfilled' && postgres.status === 'fulfilled' && docker.status === 'fulfilled')
    return [redis.value, postgres.value, docker.value];
  await stopAll(started.flatMap((result) => (result.status === 'fulfilled' ? result.value : [])));
  const reasons = started.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  throw new AggregateError(reasons, `the servers that the integration tests need did not start:\n${reasons.map(String).join('\n')}`);
}

async function stopAll(servers: readonly UsedServer[]): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
}

async function useEngineWithImages(): Promise<UsedServer> {
  // The images are made while the engine starts.
  const composed = composeEngineImages();
  // It is awaited below. Until then, its rejection must not count as unhandled.
  composed.catch(() => undefined);
  const engine = await useDockerEngine();
  try {
    await composed;
    await buildEngineImages(engine.api);
    return engine;
  } catch (error) {
    await engine.stop();
    throw error;
  }
}
