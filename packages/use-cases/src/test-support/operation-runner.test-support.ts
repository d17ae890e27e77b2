import type { JobStreamName } from '@galaxy/domain';
import {
  type Claim,
  type ClaimRequest,
  type Clock,
  type ContainerEngine,
  type EngineClient,
  type JobOutcomePublisher,
  knownOperation,
  type OperationJournal,
  type Outbox,
} from '@galaxy/manager-ports';
import { makeClaimKeeper } from '../claims/claim-keeper.js';
import type { HeldClaim } from '../claims/held-claim.js';
import { SAFETY_MS } from '../manager/timings.js';
import { HANDLED_OPERATIONS } from '../operations/handlers.js';
import { makeRunOperation } from '../operations/run/run-operation.js';
import { makeOutboxPublisher } from '../publishing/publish-outbox.js';
import { intercept } from './intercept.test-support.js';
import { pass, type World } from './world.test-support.js';

/** The ports of one runner; each may be intercepted. */
export interface RunnerPorts {
  readonly clock: Clock;
  readonly journal: OperationJournal;
  readonly engine: ContainerEngine;
  readonly engineClient: EngineClient;
  readonly outbox: Outbox;
  readonly results: World['results'];
  readonly outcomes: JobOutcomePublisher;
}

/** What operators decide, as the tests have it. */
export const SETTINGS = {
  imageAllowlist: ['games/*'],
  readyTimeoutMs: 5000,
  stopGraceMs: 1000,
  verifyTimeoutMs: 500,
  unavailableWindowMs: 60_000,
  streamKey: (stream: JobStreamName) => `runtime:${stream}`,
} as const;

export const TTL_MS = 10_000;

/** Carries operations out, one at a time, with neither the loops of the manager nor its guards. */
export interface OperationRunner {
  readonly keeper: ReturnType<typeof makeClaimKeeper>;
  /** Claims the oldest operation there is; null when there is none. */
  claim(): Promise<HeldClaim | null>;
  /** Carries a claimed operation out; never throws. */
  run(held: HeldClaim): Promise<void>;
  /** Claims an operation and carries it out while time passes; false when there was none. */
  work(): Promise<boolean>;
  /** Ends its renewals, as the end of its process would. */
  die(): void;
}

/** Makes a runner. It renews its claims once a second. */
export function makeOperationRunner(world: World, ports: Partial<RunnerPorts> = {}): OperationRunner {
  const seen = { ...world, ...ports };
  const keeper = makeClaimKeeper({ journal: seen.journal, clock: seen.clock, ttlMs: TTL_MS, maxRenewalAgeMs: TTL_MS - SAFETY_MS });
  const publish = makeOutboxPublisher(seen).now;
  const runOperation = makeRunOperation({ ...seen, ...SETTINGS, publish });
  const holder = world.ids.uuid();
  let isAlive = true;
  const renew = async (): Promise<void> => {
    while (isAlive) {
      await seen.clock.sleep(1000);
      await keeper.renewAll().catch(() => undefined);
    }
  };
  void renew();

  const runner: OperationRunner = {
    keeper,
    async claim() {
      const claim = await claimOne(seen.journal, holder);
      return claim === null ? null : keeper.hold(claim, seen.clock.monotonicMs());
    },
    async run(held) {
      await runOperation(held);
      keeper.release(held);
    },
    async work() {
      const held = await runner.claim();
      if (held === null) return false;
      await pass(world, runner.run(held));
      return true;
    },
    die() {
      isAlive = false;
    },
  };
  return runner;
}

/** The operations that the manager can carry out. */
export const KNOWN = HANDLED_OPERATIONS.map(knownOperation);

/** A request for one operation of each class. */
export function claimRequest(changes: Partial<ClaimRequest> & Pick<ClaimRequest, 'holder'>): ClaimRequest {
  return { ttlMs: TTL_MS, places: { start: 1, turn: 1, other: 1 }, known: KNOWN, takeOver: true, inFlight: [], ...changes };
}

async function claimOne(journal: OperationJournal, holder: string): Promise<Claim | null> {
  const [start] = await journal.claim(claimRequest({ holder, places: { start: 1, turn: 0, other: 0 } }));
  if (start !== undefined) return start;
  const [other] = await journal.claim(claimRequest({ holder, places: { start: 0, turn: 0, other: 1 } }));
  return other ?? null;
}

/** Works until every operation of the world has ended; time passes while some wait for their next attempt. */
export async function workOff(world: World, runner: OperationRunner = makeOperationRunner(world), limitMs = 300_000): Promise<void> {
  const isOpen = () => world.database.operations.some(({ finishedAt }) => finishedAt === null);
  const deadline = world.clock.monotonicMs() + limitMs;
  while (isOpen()) {
    if (world.clock.monotonicMs() > deadline) throw new Error('operations stay open');
    if (!(await runner.work())) await world.clock.advance(250);
  }
  runner.die();
}

/** The engine, and what it was asked since `forget` was last called. */
export function listening(engine: ContainerEngine) {
  const calls: string[] = [];
  const seen = intercept('engine', engine, async (call) => {
    calls.push(call.method);
    return call.go();
  });
  return { seen, calls, forget: () => calls.splice(0) };
}

/** Claims the oldest operation and sets it going. */
export async function setGoing(world: World, ports: Parameters<typeof makeOperationRunner>[1] = {}) {
  const runner = makeOperationRunner(world, ports);
  const held = await runner.claim();
  if (held === null) throw new Error('nothing to claim');
  const running = runner.run(held);
  await world.clock.advance(0);
  return { runner, running };
}
