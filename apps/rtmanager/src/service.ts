import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from './config/schema.js';
import { makeHttpServer } from './http/http-server.js';
import { makeReadiness, type Probe } from './http/readiness.js';
import { type ManagerPorts, makeManager } from './manager.js';

/** What a command has put together: all ports, how to probe the servers behind them, and how to close them. */
export interface Assembly {
  readonly ports: ManagerPorts;
  readonly probes: readonly Probe[];
  /** Closes every connection; never throws. */
  readonly close: () => Promise<void>;
}

/** A running service. */
export interface Service {
  /** Where the HTTP interface listens, `http://host:port`. */
  readonly url: string;
  /** Ends everything in order: no new work, what is held is handed back, connections closed. About two seconds. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts the service over an assembly.
 * @throws when the HTTP address can't be listened on; everything is closed then.
 */
export async function startService(config: Config, assembly: Assembly, log: Logger): Promise<Service> {
  const manager = makeManager(assembly.ports, {
    imageAllowlist: config.RTMANAGER_IMAGE_ALLOWLIST,
    readyTimeoutMs: config.RTMANAGER_READY_TIMEOUT,
    stopGraceMs: config.RTMANAGER_STOP_GRACE,
    unavailableWindowMs: config.RTMANAGER_DOCKER_UNAVAILABLE_WINDOW,
    startConcurrency: config.RTMANAGER_START_CONCURRENCY,
    stopConcurrency: config.RTMANAGER_STOP_CONCURRENCY,
  });
  const server = makeHttpServer({ readiness: makeReadiness(assembly.probes, () => manager.leading) });
  const url = await listen(server, config, assembly);
  manager.start();
  log.info({ url }, 'service started');
  return {
    url,
    stop: async () => {
      log.info('service stopping');
      await manager.stop();
      await server.close();
      await assembly.close();
      log.info('service stopped');
    },
  };
}

async function listen(server: FastifyInstance, { RTMANAGER_HTTP_ADDR }: Config, assembly: Assembly): Promise<string> {
  try {
    return await server.listen(RTMANAGER_HTTP_ADDR);
  } catch (error) {
    await assembly.close();
    throw error;
  }
}
