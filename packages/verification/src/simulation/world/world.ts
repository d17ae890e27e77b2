import {
  MemoryContainerEngine,
  MemoryContainerFleet,
  MemoryDatabase,
  MemoryDeadLetterPublisher,
  MemoryEngineClient,
  MemoryHistory,
  MemoryHolds,
  MemoryInstallationFacts,
  MemoryJobOutcomePublisher,
  MemoryJobStream,
  MemoryLeases,
  MemoryNumberedResultPublisher,
  MemoryOperationJournal,
  MemoryOperationLog,
  MemoryOperationQueue,
  MemoryOutbox,
  MemoryReconcileQueue,
  MemoryStreamOffsetStore,
  MemoryStreams,
  SequentialIds,
} from '@galaxy/adapter-memory';
import { OUTBOX_KINDS } from '@galaxy/manager-ports';
import { keepAll } from '../checks/archive.js';
import { Coverage } from '../checks/coverage.js';
import { Facts } from '../checks/facts.js';
import { Draws } from '../injection/draws.js';
import { makeEngineInjections } from '../injection/engine-injections.js';
import { Trace } from '../trace.js';
import { addImages } from './images.js';
import { JOB_STREAMS } from './job-streams.js';
import type { Plan } from './plan.js';
import { SimulatedServer } from './simulated-server.js';
import { type Settle, SimulatedTime } from './simulated-time.js';

const WITHOUT_OUTCOMES = OUTBOX_KINDS.filter((kind) => kind !== 'job_outcome');

/** Everything outside the processes: servers, time, injections, and what the checks have noted. */
export type World = ReturnType<typeof makeWorld>;

export function makeWorld(plan: Plan, settle: Settle) {
  const draws = new Draws(plan.seed);
  const time = new SimulatedTime(draws, settle);
  const database = new MemoryDatabase(time.clockFor((act) => act()));
  const containerIds = new SequentialIds();
  const engine = new MemoryContainerEngine({ newId: () => containerIds.uuid().replaceAll('-', '').slice(-12).padEnd(64, 'c') });
  const streams = new MemoryStreams({ now: () => time.wallMs });
  addImages(engine);
  const violations: string[] = [];
  const trace = new Trace();
  const say = (text: string): void => trace.line(time.ms, text);
  const violate = (text: string): void => {
    say(`VIOLATION ${text}`);
    violations.push(text);
  };
  return {
    plan,
    draws,
    time,
    trace,
    say,
    database,
    engine,
    streams,
    archive: keepAll(database, violate),
    ports: portsOn(plan, database, engine, streams),
    ids: new SequentialIds(),
    servers: {
      postgres: new SimulatedServer('postgres'),
      redis: new SimulatedServer('redis'),
      container_engine: new SimulatedServer('container_engine'),
      game_engine: new SimulatedServer('game_engine'),
    },
    facts: new Facts(time),
    coverage: new Coverage(),
    /** Each of these is called when a job arrives. */
    arrivals: new Set<() => void>(),
    engineInjections: makeEngineInjections(),
    /** The games whose rows somebody else holds. */
    heldRows: new Set<string>(),
    violations,
    /** Notes a broken promise. Only the first one is reported. */
    violate,
  };
}

function portsOn({ settings }: Plan, database: MemoryDatabase, engine: MemoryContainerEngine, streams: MemoryStreams) {
  const [outcomesOf, kinds] = settings.namesOutcomes ? [JOB_STREAMS, OUTBOX_KINDS] : [null, WITHOUT_OUTCOMES];
  return {
    journal: new MemoryOperationJournal(database, { outcomesOf }),
    outbox: new MemoryOutbox(database, kinds),
    queue: new MemoryOperationQueue(database),
    log: new MemoryOperationLog(database),
    outcomes: new MemoryJobOutcomePublisher(streams),
    leases: new MemoryLeases(database),
    reconcileQueue: new MemoryReconcileQueue(database),
    history: new MemoryHistory(database),
    holds: new MemoryHolds(database),
    facts: new MemoryInstallationFacts(database),
    stream: new MemoryJobStream(streams),
    offsets: new MemoryStreamOffsetStore(streams),
    results: new MemoryNumberedResultPublisher(streams),
    deadLetters: new MemoryDeadLetterPublisher(streams),
    engine,
    fleet: new MemoryContainerFleet(engine),
    engineClient: new MemoryEngineClient(engine),
  };
}
