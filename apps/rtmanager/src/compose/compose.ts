import { EngineHttpClient } from '@galaxy/adapter-engine-http';
import type { Observer } from '@galaxy/manager-ports';
import type { Logger } from 'pino';
import type { Config } from '../config/schema.js';
import { logObserver } from '../observability/log-observer.js';
import { makeMetrics } from '../observability/metrics.js';
import { type Database, embeddedPostgres, installedPostgres, outcomesOf, postgresServer } from './database.js';
import { dockerServer, type EnginePart } from './engine.js';
import { localProcesses } from './local-engine.js';
import type { Part } from './part.js';
import type { Assembly } from './service.js';
import { embeddedStreams, type LobbySide, redisServer, type Streams } from './streams.js';
import { systemClock, systemIds, systemRandom } from './system.js';

/** The variables that `serve` requires. */
export const SERVE_NEEDS = [
  'RTMANAGER_REDIS_URL',
  'RTMANAGER_POSTGRES_URL',
  'RTMANAGER_DOCKER_HOST',
] as const satisfies readonly (keyof Config)[];

/** `service`: the ports are for a service, which migrates the schema. `command`: for one command beside running services; it does not. */
export type Purpose = 'service' | 'command';

/** The assembly on real servers. */
export function composeServe(config: Config, log: Logger, purpose: Purpose): Assembly {
  const { RTMANAGER_REDIS_URL = '', RTMANAGER_POSTGRES_URL = '', RTMANAGER_DOCKER_HOST = '', RTMANAGER_INSTANCE } = config;
  return assemble(log, {
    streams: redisServer(RTMANAGER_REDIS_URL, config),
    database: (purpose === 'service' ? postgresServer : installedPostgres)(RTMANAGER_POSTGRES_URL, RTMANAGER_INSTANCE, outcomesOf(config)),
    engine: dockerServer(RTMANAGER_DOCKER_HOST, config),
  });
}

/** The assembly that embeds everything that is not configured. `lobby` is null when the streams are in Redis. */
export function composeDev(config: Config, log: Logger): Assembly & { readonly lobby: ((signal: AbortSignal) => LobbySide) | null } {
  const { RTMANAGER_REDIS_URL: redis, RTMANAGER_POSTGRES_URL: postgres, RTMANAGER_DOCKER_HOST: docker } = config;
  const memory = redis === undefined ? embeddedStreams(config) : null;
  const assembly = assemble(log, {
    streams: memory ?? redisServer(redis ?? '', config),
    database:
      postgres === undefined
        ? embeddedPostgres(config.RTMANAGER_DATA_DIR, config.RTMANAGER_INSTANCE, outcomesOf(config))
        : postgresServer(postgres, config.RTMANAGER_INSTANCE, outcomesOf(config)),
    engine: docker === undefined ? localProcesses() : dockerServer(docker, config),
  });
  return { ...assembly, lobby: memory?.lobby ?? null };
}

interface Parts {
  readonly streams: Part<Streams>;
  readonly database: Part<Database>;
  readonly engine: EnginePart;
}

function assemble(log: Logger, { streams, database, engine }: Parts): Assembly {
  const metrics = makeMetrics();
  const observer = toAll(logObserver(log), metrics.observer);
  return {
    clock: systemClock,
    observer,
    metrics,
    probes: [streams.probe, database.probe, engine.probe],
    open: async (signal) => {
      const { instance, ...ports } = await database.open(signal);
      const own = { clock: systemClock, ids: systemIds, random: systemRandom, observer, engineClient: new EngineHttpClient() };
      return { ...own, ...ports, ...(await streams.open(signal)), ...engine.open(instance) };
    },
    close: async () => {
      await Promise.allSettled([streams.close(), database.close(), engine.close()]);
    },
  };
}

function toAll(...observers: readonly Observer[]): Observer {
  return {
    observe: (event) => {
      for (const observer of observers) observer.observe(event);
    },
  };
}
