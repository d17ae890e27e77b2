import type { Clock, DeadLetterBox, Observer, OperationHints, OperationLog, OperationQueue, Recovery } from '@galaxy/manager-ports';
import type { RuntimeRecordStore } from '@galaxy/ports';
import {
  type Manager,
  type ManagerPorts,
  type ManagerSettings,
  makeManager,
  makeOperationEnds,
  makeOperationRequests,
  type OperationRequests,
  runLoop,
  withTimeout,
} from '@galaxy/use-cases';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '../config/schema.js';
import { makeHttpServer } from '../http/http-server.js';
import { type ManagerState, makeReadiness, type Probe, type Readiness } from '../http/readiness.js';
import type { Metrics } from '../observability/metrics.js';

/** The manager's ports, and those that only commands use. */
export interface ServicePorts extends ManagerPorts {
  readonly records: RuntimeRecordStore;
  readonly recovery: Recovery;
  readonly deadLetterBox: DeadLetterBox;
  readonly operationQueue: OperationQueue;
  readonly operationHints: OperationHints;
  readonly operationLog: OperationLog;
}

/** The servers of a service: how to probe them, how to open the ports on them, and how to close them. */
export interface Assembly {
  readonly clock: Clock;
  readonly observer: Observer;
  readonly metrics: Pick<Metrics, 'render' | 'contentType'>;
  readonly probes: readonly Probe[];
  /** Returns all ports. Throws while a server that it needs does not answer, and soon after the signal fires. Safe to repeat. */
  readonly open: (signal: AbortSignal) => Promise<ServicePorts>;
  /** Closes all connections. Never throws. */
  readonly close: () => Promise<void>;
}

/** A running service. */
export interface Service {
  /** The address of the HTTP interface, `http://host:port`. */
  readonly url: string;
  /** The answer of /readyz. */
  readonly readiness: () => Promise<Readiness>;
  /** What others than Lobby ask for goes in here; null until the manager has started. */
  readonly requests: () => OperationRequests | null;
  /**
   * Ends everything in order: takes no new work, releases claims and lease, closes connections. Takes less than three seconds, even if
   * no server answers. A claim that could not be released in time is free when it expires.
   */
  readonly stop: () => Promise<void>;
}

/** How long `stop` waits: for ports that are still being opened, for the manager, and for the connections. */
const ABANDON_MS = 500;
const HAND_OVER_MS = 2000;
const CLOSE_MS = 500;

/**
 * Starts the service over an assembly. If a server does not answer, the service stays up, shows that on `/readyz`, and begins its work
 * when the server answers.
 * @throws when it can't listen on the HTTP address; then everything is closed.
 */
export async function startService(config: Config, assembly: Assembly, log: Logger): Promise<Service> {
  const boot = makeBoot(assembly, settingsOf(config), log);
  const readiness = makeReadiness([boot.probe, ...assembly.probes], () => boot.state());
  const server = makeHttpServer({ readiness, metrics: assembly.metrics });
  const url = await listen(server, config, assembly);
  log.info({ url }, 'service started');
  boot.start();
  return {
    url,
    readiness,
    requests: boot.requests,
    stop: async () => {
      log.info('service stopping');
      await boot.stop();
      await withTimeout(CLOSE_MS, closeAll(server, assembly), assembly.clock);
      log.info('service stopped');
    },
  };
}

const KEEP_PUBLISHED_MS = 7 * 24 * 3_600_000;

function settingsOf(config: Config): ManagerSettings {
  return {
    imageAllowlist: config.RTMANAGER_IMAGE_ALLOWLIST,
    readyTimeoutMs: config.RTMANAGER_READY_TIMEOUT,
    stopGraceMs: config.RTMANAGER_STOP_GRACE,
    unavailableWindowMs: config.RTMANAGER_DOCKER_UNAVAILABLE_WINDOW,
    startConcurrency: config.RTMANAGER_START_CONCURRENCY,
    turnConcurrency: config.RTMANAGER_TURN_CONCURRENCY ?? config.RTMANAGER_START_CONCURRENCY,
    stopConcurrency: config.RTMANAGER_STOP_CONCURRENCY,
    reconcile: {
      intervalMs: config.RTMANAGER_RECONCILE_INTERVAL,
      graceMs: config.RTMANAGER_RECONCILE_GRACE,
      maxActs: config.RTMANAGER_RECONCILE_MAX_ACTS,
      dryRun: config.RTMANAGER_RECONCILE_DRY_RUN,
    },
    resendWithinMs: config.RTMANAGER_RESULT_RESEND_WINDOW,
    keepPublishedMs: KEEP_PUBLISHED_MS,
    trimJobsMarginMs: config.RTMANAGER_TRIM_JOBS === 'on' ? config.RTMANAGER_TRIM_MARGIN : null,
    trimResults: config.RTMANAGER_TRIM_RESULTS,
    historyMs: config.RTMANAGER_HISTORY,
  };
}

async function closeAll(server: FastifyInstance, assembly: Assembly): Promise<void> {
  await server.close();
  await assembly.close();
}

// Tries to open the ports until it succeeds; then makes and starts the manager.
function makeBoot(assembly: Assembly, settings: ManagerSettings, log: Logger) {
  const opened = new AbortController();
  const stopping = new AbortController();
  let manager: Manager | null = null;
  let requests: OperationRequests | null = null;
  let why = new Error('the service is starting');
  let opening: Promise<void> = Promise.resolve();
  const turn = async (signal: AbortSignal): Promise<void> => {
    try {
      const ports = await assembly.open(signal);
      if (opened.signal.aborted) return;
      manager = makeManager(ports, settings);
      manager.start();
      requests = serveRequests(ports, manager, stopping.signal);
      log.info('manager started');
      opened.abort();
    } catch (error) {
      why = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  };
  return {
    probe: { name: 'boot', check: () => (manager === null ? Promise.reject(why) : Promise.resolve()) },
    requests: () => requests,
    state: (): ManagerState => manager ?? { leading: false, holds: [] },
    start: () => {
      opening = runLoop('boot', turn, opened.signal, assembly);
    },
    stop: async () => {
      opened.abort();
      stopping.abort();
      await withTimeout(ABANDON_MS, opening, assembly.clock);
      if (manager !== null) await withTimeout(HAND_OVER_MS, manager.stop(), assembly.clock);
    },
  };
}

/** The way in for requests. Until the signal fires, hints wake the manager and those who wait for an end. */
function serveRequests(ports: ServicePorts, manager: Manager, signal: AbortSignal): OperationRequests {
  const { operationQueue: queue, operationHints, operationLog: log, ids, clock } = ports;
  const ends = makeOperationEnds({ log, clock });
  const follow = (until: AbortSignal) =>
    operationHints.watch((hint) => {
      ends.hint(hint);
      if (hint.kind !== 'ended') manager.wake();
    }, until);
  void runLoop('hints', follow, signal, ports);
  return makeOperationRequests({ queue, ends, ids, clock });
}

async function listen(server: FastifyInstance, { RTMANAGER_HTTP_ADDR }: Config, assembly: Assembly): Promise<string> {
  try {
    return await server.listen(RTMANAGER_HTTP_ADDR);
  } catch (error) {
    await assembly.close();
    throw error;
  }
}
