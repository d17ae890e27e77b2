import type {
  Clock,
  ContainerEngine,
  DeadLetterPublisher,
  EngineClient,
  Ids,
  JobResultPublisher,
  JobStream,
  Leases,
  Observer,
  OperationJournal,
  Outbox,
  StreamOffsetStore,
} from '@galaxy/ports';
import {
  type LeasedDuty,
  makeClaimKeeper,
  makeLeaseHolder,
  makeOutboxPublisher,
  makeRunOperation,
  makeTakeInJobs,
  makeWakeup,
  makeWorker,
  supervise,
} from '@galaxy/use-cases';

/** Every port the manager works with. */
export interface ManagerPorts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly observer: Observer;
  readonly journal: OperationJournal;
  readonly outbox: Outbox;
  readonly leases: Leases;
  readonly stream: JobStream;
  readonly offsets: StreamOffsetStore;
  readonly results: JobResultPublisher;
  readonly deadLetters: DeadLetterPublisher;
  readonly engine: ContainerEngine;
  readonly engineClient: EngineClient;
}

/** What an operator decides. */
export interface ManagerSettings {
  readonly imageAllowlist: readonly string[];
  readonly readyTimeoutMs: number;
  readonly stopGraceMs: number;
  readonly unavailableWindowMs: number;
  readonly startConcurrency: number;
  readonly stopConcurrency: number;
}

/** The runtime manager of one process. */
export interface Manager {
  /** Sets all loops going. */
  start(): void;
  /** Hands everything back and ends all loops: about two seconds, longer only while PostgreSQL does not answer. */
  stop(): Promise<void>;
  /** Whether this process is the one that takes jobs in and relays results. */
  readonly leading: boolean;
}

const LEASE = 'coordinator';
const TTL_MS = 5000;
const RENEW_EVERY_MS = 1000;
/** So that after any outage of the store claims are renewed well within the time for which nobody takes them over. */
const RENEW_RETRY_MS = 1000;
const RELAY_EVERY_MS = 1000;
const VERIFY_TIMEOUT_MS = 5000;
const DRAIN_MS = 1500;
const READ_BATCH = 500;

/** Puts the use cases together over the given ports. */
export function makeManager(ports: ManagerPorts, settings: ManagerSettings): Manager {
  const { clock, observer, journal } = ports;
  const holder = ports.ids.uuid();
  const work = makeWakeup(clock);
  const relayWakeup = makeWakeup(clock);
  const keeper = makeClaimKeeper({ journal, clock, ttlMs: TTL_MS });
  const publisher = makeOutboxPublisher(ports);
  const run = makeRunOperation({ ...ports, ...settings, verifyTimeoutMs: VERIFY_TIMEOUT_MS, publish: publisher.now });
  const worker = makeWorker({ ...settings, journal, keeper, run, clock, observer, wakeup: work, holder, ttlMs: TTL_MS });
  const takeIn = makeTakeInJobs({ ...ports, work, relay: relayWakeup, batch: READ_BATCH });
  const lease = makeLeaseHolder({ leases: ports.leases, clock, observer, name: LEASE, holder, ttlMs: TTL_MS });

  const relay = async (signal: AbortSignal): Promise<void> => {
    if (!(await publisher.relay())) await relayWakeup.wait(RELAY_EVERY_MS, signal);
  };
  const renew = async (signal: AbortSignal): Promise<void> => {
    await clock.sleep(RENEW_EVERY_MS, signal);
    await keeper.renewAll();
  };
  const stopping = new AbortController();
  const loop = (name: string, turn: (signal: AbortSignal) => Promise<void>, pauses: { maxPauseMs?: number } = {}) =>
    supervise(name, turn, stopping.signal, { clock, observer, ...pauses });
  // A fault of Redis must not cost the lease, so both duties retry inside it.
  const duty: LeasedDuty = async (grant, held) => {
    const inside = { clock, observer };
    await Promise.all([supervise('take-in', (signal) => takeIn(grant, signal), held, inside), supervise('relay', relay, held, inside)]);
  };
  const leased = (signal: AbortSignal) => lease.turn(duty, signal);

  let loops: Promise<unknown> = Promise.resolve();
  return {
    get leading() {
      return lease.held;
    },
    start() {
      loops = Promise.all([loop('lease', leased), loop('claims', renew, { maxPauseMs: RENEW_RETRY_MS }), loop('work', worker.turn)]);
    },
    async stop() {
      stopping.abort();
      await worker.shutDown(DRAIN_MS);
      await loops;
    },
  };
}
