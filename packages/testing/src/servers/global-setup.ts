import type { TestProject } from 'vitest/node';
import { buildEngineImages, composeEngineImages } from '../images/build-engine-images.js';
import type { UsedServer } from './use-servers.js';
import { useDockerEngine, usePostgres, useRedis } from './use-servers.js';

let servers: readonly UsedServer[] = [];

/** vitest's global set-up: starts (or finds) every server once per run, loads the engine images, and tells the tests where. */
export async function setup(project: TestProject): Promise<void> {
  const started = await Promise.allSettled([useRedis(), usePostgres(), useEngineWithImages()]);
  servers = started.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  const [redis, postgres, docker] = started;
  if (redis.status === 'rejected' || postgres.status === 'rejected' || docker.status === 'rejected') {
    await teardown();
    throw new AggregateError(
      started.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : [])),
      whyNot(started),
    );
  }
  project.provide('testServers', { redisUrl: redis.value.url, postgresUrl: postgres.value.url, dockerHost: docker.value.url });
}

/** Ends what `setup` has started. */
export async function teardown(): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
}

async function useEngineWithImages(): Promise<UsedServer> {
  // The images are put together while the engine starts.
  const composed = composeEngineImages();
  // Awaited below; until then its failure must not count as unhandled.
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

function whyNot(results: readonly PromiseSettledResult<unknown>[]): string {
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
  return `the servers that the integration tests need did not start:\n${reasons.join('\n')}`;
}
