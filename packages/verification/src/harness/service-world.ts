import { type DockerApi, dockerApi, freshDatabase, startRedis, testServers, uniqueName } from '@galaxy/testing';
import { Redis } from 'ioredis';
import postgres from 'postgres';
import type { ServiceEntry } from './bundle-service.js';
import { type RtmanagerProcess, startRtmanager } from './rtmanager-process.js';

/** The addresses of a world's servers. */
export interface WorldServers {
  readonly redisUrl: string;
  readonly postgresUrl: string;
  readonly dockerHost: string;
}

/** An installation of the service for one test, with its servers. */
export interface World {
  readonly redis: Redis;
  readonly sql: postgres.Sql;
  readonly docker: DockerApi;
  /** The name of the installation, in the labels of its containers. */
  readonly instance: string;
  readonly network: string;
  /** The configuration of the service. */
  readonly variables: Readonly<Record<string, string>>;
  /** Starts a process of the service, or of another command. */
  start(extra?: Readonly<Record<string, string>>, entry?: ServiceEntry, command?: readonly string[]): Promise<RtmanagerProcess>;
  /** The open operations and the latest warnings of all processes, to find out why a test failed. */
  story(): Promise<string>;
  /** {@link RtmanagerProcess.problems} of all processes so far. */
  problems(): readonly string[];
  /** Why waiting makes no sense: all processes have ended, and one of them ended unasked. Undefined while that is not so. */
  readonly gone: () => string | undefined;
  /** Ends all processes and removes this world's containers, network and database. */
  close(): Promise<void>;
}

/** A world with a Redis and a database of its own, on the Docker Engine that all tests share. */
export async function openWorld(): Promise<World> {
  const { postgresUrl, dockerHost } = testServers();
  const [redis, database] = await Promise.all([startRedis(), freshDatabase(postgresUrl)]);
  const world = openWorldOn({ redisUrl: redis.url, postgresUrl: database.url, dockerHost });
  return {
    ...world,
    close: async () => {
      await world.close();
      await Promise.all([redis.stop(), database.drop()]);
    },
  };
}

/** A world on the given servers. */
export function openWorldOn({ redisUrl, postgresUrl, dockerHost }: WorldServers): World {
  const [instance, network] = [uniqueName('instance'), uniqueName('net')];
  const docker = dockerApi(dockerHost);
  // While the server is away, commands wait.
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null, retryStrategy: () => 100 });
  redis.on('error', () => undefined);
  const sql = postgres(postgresUrl, { max: 2, onnotice: () => undefined });
  const processes: RtmanagerProcess[] = [];
  const variables = {
    RTMANAGER_REDIS_URL: redisUrl,
    RTMANAGER_POSTGRES_URL: postgresUrl,
    RTMANAGER_DOCKER_HOST: dockerHost,
    RTMANAGER_DOCKER_NETWORK: network,
    RTMANAGER_INSTANCE: instance,
    RTMANAGER_ENGINE_ADDRESSING: 'container-ip',
  };
  return {
    redis,
    sql,
    docker,
    instance,
    network,
    variables,
    start: async (extra = {}, entry = 'main', command) => {
      const rtmanager = await startRtmanager({ ...variables, ...extra }, entry, command);
      processes.push(rtmanager);
      return rtmanager;
    },
    story: async () => {
      const open = await sql`
        select game_id, op, status, attempt, failures, holder, claim_expires_at, step, error_message
        from runtime_operation_log where status in ('queued', 'running') order by ord limit 20`.catch((error: unknown) => [String(error)]);
      const warnings = processes.flatMap(({ pid, log }) => log.filter(({ level }) => level >= 40).map((line) => ({ pid, ...line })));
      return [...open, ...warnings.slice(-40)].map((line) => JSON.stringify(line)).join('\n');
    },
    problems: () => processes.flatMap((rtmanager) => rtmanager.problems()),
    gone: () => {
      const ends = processes.flatMap((rtmanager) => rtmanager.gone() ?? []);
      return ends.length === processes.length && processes.some((each) => each.endedUnasked()) ? ends.at(-1) : undefined;
    },
    close: async () => {
      await Promise.all(processes.map((rtmanager) => rtmanager.end('SIGKILL')));
      redis.disconnect();
      await sql.end({ timeout: 1 });
      const found = [...(await containersOf(docker, instance))];
      while (found.length > 0) await Promise.all(found.splice(0, REMOVALS_AT_ONCE).map((container) => remove(docker, container)));
      await docker.call({ method: 'DELETE', path: `/networks/${network}` });
    },
  };
}

// The engine's socket has a short queue of connections.
const REMOVALS_AT_ONCE = 20;

const remove = (docker: DockerApi, { Id }: ListedContainer) => docker.call({ method: 'DELETE', path: `/containers/${Id}?force=1&v=1` });

/** A container as the engine lists it. */
export interface ListedContainer {
  readonly Id: string;
  readonly State: string;
  readonly Labels: Readonly<Record<string, string>>;
}

/** Every container of an installation, in any state. */
export function containersOf(docker: DockerApi, instance: string): Promise<readonly ListedContainer[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`galaxy.instance=${instance}`] }));
  return docker.json({ method: 'GET', path: `/containers/json?all=1&filters=${filters}` });
}
