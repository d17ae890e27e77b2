import type { Clock, Observer } from '@galaxy/ports';
import { supervise } from '@galaxy/use-cases';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from './config/schema.js';
import { makeHttpServer } from './http/http-server.js';
import { makeReadiness, type Probe, type Readiness } from './http/readiness.js';
import { type Manager, type ManagerPorts, type ManagerSettings, makeManager } from './manager.js';

/** What a command has put together: how to probe the servers, how to get the ports behind them, how to close them. */
export interface Assembly {
  readonly clock: Clock;
  readonly observer: Observer;
  readonly probes: readonly Probe[];
  /** All ports. Throws while a server it needs for that is away; calling again is safe. */
  readonly open: () => Promise<ManagerPorts>;
  /** Closes every connection; never throws. */
  readonly close: () => Promise<void>;
}

/** A running service. */
export interface Service {
  /** Where the HTTP interface listens, `http://host:port`. */
  readonly url: string;
  /** What /readyz says. */
  readonly readiness: () => Promise<Readiness>;
  /** Ends everything in order: no new work, what is held is handed back, connections closed. Takes as long as {@link Manager.stop}. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts the service over an assembly. Any server may be away: the service stays up, tells so on `/readyz`, and takes up
 * its work when the server is there.
 * @throws when the HTTP address can't be listened on; everything is closed then.
 */
export async function startService(config: Config, assembly: Assembly, log: Logger): Promise<Service> {
  const boot = makeBoot(assembly, settingsOf(config), log);
  const readiness = makeReadiness([boot.probe, ...assembly.probes], () => boot.leading());
  const server = makeHttpServer({ readiness });
  const url = await listen(server, config, assembly);
  log.info({ url }, 'service started');
  boot.start();
  return {
    url,
    readiness,
    stop: async () => {
      log.info('service stopping');
      await boot.stop();
      await server.close();
      await assembly.close();
      log.info('service stopped');
    },
  };
}

function settingsOf(config: Config): ManagerSettings {
  return {
    imageAllowlist: config.RTMANAGER_IMAGE_ALLOWLIST,
    readyTimeoutMs: config.RTMANAGER_READY_TIMEOUT,
    stopGraceMs: config.RTMANAGER_STOP_GRACE,
    unavailableWindowMs: config.RTMANAGER_DOCKER_UNAVAILABLE_WINDOW,
    startConcurrency: config.RTMANAGER_START_CONCURRENCY,
    stopConcurrency: config.RTMANAGER_STOP_CONCURRENCY,
  };
}

// Opening is tried until it works: only then is there a manager.
function makeBoot(assembly: Assembly, settings: ManagerSettings, log: Logger) {
  const opened = new AbortController();
  let manager: Manager | null = null;
  let why = new Error('the service is starting');
  let opening: Promise<void> = Promise.resolve();
  const turn = async (): Promise<void> => {
    try {
      const ports = await assembly.open();
      if (opened.signal.aborted) return;
      manager = makeManager(ports, settings);
      manager.start();
      log.info('manager started');
      opened.abort();
    } catch (error) {
      why = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  };
  return {
    probe: { name: 'boot', check: () => (manager === null ? Promise.reject(why) : Promise.resolve()) },
    leading: () => manager?.leading ?? false,
    start: () => {
      opening = supervise('boot', turn, opened.signal, assembly);
    },
    stop: async () => {
      opened.abort();
      await opening;
      await manager?.stop();
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
