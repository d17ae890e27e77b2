import type { RuntimeEvent } from '@galaxy/manager-ports';
import { confirmEngine, confirmMassChange } from '@galaxy/use-cases';
import { STREAM_KEYS } from '@galaxy/wire';
import type { Operation } from './checks/archive.js';
import { watchContainers } from './checks/containers.js';
import type { Coverage } from './checks/coverage.js';
import { watchEnds } from './checks/ends.js';
import { unexplained } from './checks/explain-results.js';
import { watchHousekeeping } from './checks/housekeeping.js';
import { wronglyRead, wrongMessages } from './checks/messages.js';
import { Published } from './checks/published.js';
import { amiss, type History } from './checks/rest.js';
import { watchOffsets, watchOrder, watchRecords } from './checks/safety.js';
import { refuseHeldRows } from './injection/held-rows.js';
import { INJECT } from './injection/inject.js';
import { HORIZON_MS } from './injection/injections.js';
import { letListsLie, readByThePlan } from './injection/odd-answers.js';
import { IMAGES } from './world/images.js';
import { gameId, gamesOf, Lobby, type LobbyEntry } from './world/lobby.js';
import type { JobKind, Plan } from './world/plan.js';
import { Processes } from './world/processes.js';
import { Requester } from './world/requester.js';
import { type Settle, settleByTick } from './world/simulated-time.js';
import { makeWorld } from './world/world.js';

/** The outcome of a history. */
export interface Outcome {
  /** The first promise that was broken; null when none was. */
  readonly violation: string | null;
  /** Of the whole trace: equal histories have equal hashes. */
  readonly hash: string;
  /** The last lines of the trace. */
  readonly last: (lines: number) => readonly string[];
  readonly coverage: Coverage;
  readonly simulatedMs: number;
}

/** When all injections end, and how long the work that is left may take then. */
const INJECTIONS_END_MS = HORIZON_MS + 4000;
const REST_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 250;

/** Plays one history: first with its injections, then without them until all work is done. */
export async function simulate(plan: Plan, settle: Settle = settleByTick): Promise<Outcome> {
  const history = begin(plan, settle);
  const { world } = history;
  const isOver = (): boolean => world.violations.length > 0;
  await world.time.pass(INJECTIONS_END_MS, isOver);
  endInjections(history);
  const deadlineMs = world.time.ms + REST_WITHIN_MS;
  let problem = amiss(history);
  while (problem !== null && world.time.ms < deadlineMs && !isOver()) {
    await world.time.pass(LOOK_EVERY_MS, isOver);
    await decideHolds(history);
    problem = amiss(history);
  }
  if (problem !== null && !isOver()) world.violate(`does not come to rest: ${problem}`);
  if (!isOver()) judge(history);
  const { trace, coverage, violations, time } = world;
  return { violation: violations[0] ?? null, hash: trace.hash, last: (lines) => trace.last(lines), coverage, simulatedMs: time.ms };
}

function begin(plan: Plan, settle: Settle): History {
  const world = makeWorld(plan, settle);
  letListsLie(world);
  readByThePlan(world);
  refuseHeldRows(world);
  const containers = watchContainers(world);
  const lobby = new Lobby(world);
  watchRecords(world);
  watchOrder(world);
  watchOffsets(world, lobby);
  watchHousekeeping(world, lobby);
  watchEnds(world, containers);
  const results = new Published(world, 'job_result', STREAM_KEYS.jobResults);
  results.watch(world.ports.results, ({ result }) => result.gameId);
  const deadLetters = new Published(world, 'dead_letter', STREAM_KEYS.deadLetters);
  deadLetters.watch(world.ports.deadLetters, ({ lane }) => lane);
  const outcomes = new Published(world, 'job_outcome', STREAM_KEYS.jobOutcomes);
  outcomes.watch(world.ports.outcomes, ({ outcome }) => outcome.result.gameId);
  const told = { lost: 0n };
  const processes = new Processes(world, containers, (event) => take(event, told, world.violate));
  const requester = new Requester(world, processes.network);
  const published = [results, deadLetters, outcomes];
  const history = { world, containers, processes, lobby, requester, published, toldLost: () => told.lost };
  for (const injection of plan.worldInjections)
    world.time.after(injection.atMs, () => {
      world.say(`${injection.what} ${injection.ms}`);
      if (INJECT[injection.what](history, injection)) world.coverage.hit(injection.what);
    });
  readResults(history);
  return history;
}

// Lobby and the reader of dead letters read at random times.
function readResults({ world: { time, draws, servers }, published }: History): void {
  for (const stream of published) {
    const look = (): void => {
      if (servers.redis.absence === null) stream.read();
      time.after(50 + draws.below('reader', 950), look);
    };
    look();
  }
}

function take(event: RuntimeEvent, told: { lost: bigint }, violate: (text: string) => void): void {
  if (event.kind === 'stream_gap') told.lost += event.lost;
  // The simulation never restores a database.
  if (event.kind === 'hold_changed' && event.reason === 'restored' && event.held)
    violate(`the database is taken for restored: ${event.message}`);
}

function endInjections({ world: { servers, streams, engineInjections, heldRows }, processes }: History): void {
  heldRows.clear();
  processes.network.endInjections();
  for (const server of Object.values(servers)) server.comeBack();
  streams.setReachable(true);
  streams.setFull(false);
  engineInjections.hints = 'told';
  engineInjections.lie = null;
}

// An operator confirms every hold.
async function decideHolds({ world: { ports, database } }: History): Promise<void> {
  if (database.holdsInForce.has('mass_change')) await confirmMassChange(ports);
  if (database.holdsInForce.has('engine_changed')) await confirmEngine(ports);
}

function judge({ world, lobby, containers, published }: History): void {
  const { archive, coverage, plan, violate } = world;
  for (const game of gamesOf(plan)) {
    const entries = lobby.entries.filter(({ planned }) => gameId(planned.game) === game && planned.what !== 'undecodable');
    const ingested = entries.filter(({ entryKey }) => archive.entryKeys.has(entryKey));
    const queued = archive.operations.filter((one) => one.gameId === game && one.source === 'lobby');
    const inOrder = queued.flatMap(({ sourceRef }) => ingested.find(({ entryId }) => entryId === sourceRef) ?? []);
    const [asked, done] = [idsOf(ingested), idsOf(inOrder)];
    if (new Set(inOrder).size !== queued.length || asked !== done)
      violate(`the jobs of ${game} came as ${asked} and were queued as ${done}`);
    const whatIs = (one: Operation): JobKind =>
      one.isRequest ? requestedBy(one) : (inOrder.find(({ entryId }) => entryId === one.sourceRef)?.planned.what ?? 'invalid');
    const problem = unexplained(world, containers, game, whatIs) ?? wrongMessages(world, game);
    if (problem !== null) violate(problem);
  }
  for (const stream of published.filter(({ kind }) => kind !== 'dead_letter')) {
    const problem = wronglyRead(world, stream);
    if (problem !== null) violate(problem);
    coverage.hit(`${stream.kind} read`, stream.contents.size);
  }
}

function requestedBy({ job }: Operation): JobKind {
  if (job.kind !== 'start') return 'stop';
  return job.imageRef === IMAGES.start.image ? 'start' : 'start other';
}

const idsOf = (entries: readonly LobbyEntry[]): string =>
  entries
    .filter(({ cameBack }) => !cameBack)
    .map(({ entryId }) => entryId)
    .join();
