import type { DockerApi } from './docker/docker-api.js';
import { dockerApi } from './docker/docker-api.js';
import { startDockerEngine } from './docker/docker-engine.js';
import { startPostgres } from './postgres/postgres-server.js';
import { startRedis } from './redis/redis-server.js';

/** A server that was started here, or one that the environment names. */
export interface UsedServer {
  /** A URL, or an address as in `DOCKER_HOST`. */
  readonly url: string;
  /** Whether it was started here. Only such a server may be killed, paused or restarted; start one for that in the test. */
  readonly owned: boolean;
  /** Ends it if it was started here. */
  stop(): Promise<void>;
}

/** The Redis of `TEST_REDIS_URL`, or a new one. */
export async function useRedis(): Promise<UsedServer> {
  return used(process.env['TEST_REDIS_URL'], startRedis);
}

/** The PostgreSQL of `TEST_POSTGRES_URL`, whose user must be allowed to create databases, or a new one. */
export async function usePostgres(): Promise<UsedServer> {
  return used(process.env['TEST_POSTGRES_URL'], startPostgres);
}

/** The Docker Engine of `DOCKER_HOST`, whose containers must be reachable from here by their address, or a new one. */
export async function useDockerEngine(): Promise<UsedServer & { readonly api: DockerApi }> {
  const server = await used(process.env['DOCKER_HOST'], async () => {
    const engine = await startDockerEngine();
    return { url: engine.host, stop: engine.stop };
  });
  return { ...server, api: dockerApi(server.url) };
}

async function used(given: string | undefined, start: () => Promise<{ readonly url: string; stop(): Promise<void> }>): Promise<UsedServer> {
  if (given !== undefined && given !== '') return { url: given, owned: false, stop: async () => undefined };
  const { url, stop } = await start();
  return { url, owned: true, stop };
}
