import {
  ManualClock,
  MemoryContainerEngine,
  MemoryContainerFleet,
  MemoryDatabase,
  MemoryDeadLetterPublisher,
  MemoryEngineClient,
  MemoryHolds,
  MemoryInstallationFacts,
  MemoryLeases,
  MemoryNumberedResultPublisher,
  MemoryOperationJournal,
  MemoryOutbox,
  MemoryReconcileQueue,
  MemoryStreams,
  SequentialIds,
} from '@galaxy/adapter-memory';
import type { JobStreamName } from '@galaxy/domain';
import { newRuntimeRecord, type RuntimeJob, type RuntimeRecord, type RuntimeStatus } from '@galaxy/domain';
import { COORDINATOR_LEASE, type Incarnation, type LeaseGrant, type RuntimeEvent } from '@galaxy/manager-ports';
import type { JobResult } from '@galaxy/ports';

/** The game most tests are about. */
export const GAME = 'g1';
/** A healthy image, and another one. */
export const IMAGE = 'games/engine:1.0.0';
export const OTHER_IMAGE = 'games/engine:1.0.1';
/** Images that misbehave as they are called. */
export const BAD_IMAGES = {
  missing: 'games/engine:missing',
  exitsEarly: 'games/engine:exits',
  neverReady: 'games/engine:silent',
  refusesStart: 'games/engine:refuses',
} as const;

/** All that lives outside the processes under test: servers, time, and what was observed. */
export type World = ReturnType<typeof makeWorld>;

/** Makes a world in memory, with every image known. */
export function makeWorld() {
  const clock = new ManualClock();
  const database = new MemoryDatabase(clock);
  const engine = new MemoryContainerEngine();
  const streams = new MemoryStreams({ now: () => clock.now().getTime() });
  const events: RuntimeEvent[] = [];
  // As after a comparison with an empty outbox: what is decided is accepted at once.
  for (const key of ['runtime:job_results', 'runtime:dead_letters', 'runtime:job_outcomes']) streams.publishing(key, 'write').epoch = 0n;
  engine.addImage(IMAGE);
  engine.addImage(OTHER_IMAGE);
  engine.addImage(BAD_IMAGES.exitsEarly, { runs: 'exits-early', exitCode: 3 });
  engine.addImage(BAD_IMAGES.neverReady, { runs: 'never-ready' });
  engine.addImage(BAD_IMAGES.refusesStart, { runs: 'refuses-start' });
  return {
    clock,
    database,
    engine,
    streams,
    events,
    journal: new MemoryOperationJournal(database),
    outbox: new MemoryOutbox(database),
    fleet: new MemoryContainerFleet(engine),
    queue: new MemoryReconcileQueue(database),
    holds: new MemoryHolds(database),
    facts: new MemoryInstallationFacts(database),
    leases: new MemoryLeases(database),
    engineClient: new MemoryEngineClient(engine),
    results: new MemoryNumberedResultPublisher(streams),
    deadLetters: new MemoryDeadLetterPublisher(streams),
    ids: new SequentialIds(),
    observer: { observe: (event: RuntimeEvent) => void events.push(event) },
  };
}

/** A start job of the game. */
export const startJob = (imageRef: string = IMAGE, gameId: string = GAME): RuntimeJob => ({
  kind: 'start',
  gameId,
  imageRef,
  requestedAtMs: 0n,
});

/** A stop job of the game. */
export const stopJob = (gameId: string = GAME): RuntimeJob => ({ kind: 'stop', gameId, reason: 'cancelled', requestedAtMs: 0n });

/** Queues a job as the intake or the reconciler does; gives its operation's id. */
export async function enqueue(world: World, job: RuntimeJob): Promise<string> {
  const lease = await coordinatorsLease(world);
  const opId = world.ids.uuid();
  if (job.kind === 'reconcile') {
    await world.queue.queue(lease, [{ opId, job }]);
    return opId;
  }
  const stream: JobStreamName = job.kind === 'start' || (job.kind === 'invalid' && job.of === 'start') ? 'start_jobs' : 'stop_jobs';
  const cursors = { start_jobs: '0-0', stop_jobs: '0-0' };
  const jobs = [{ opId, stream, entryId: opId, payloadHash: opId, raw: '[]', job }];
  await world.journal.ingest({ lease, jobs, deadLetters: [], cursors, entriesRead: { start_jobs: 0, stop_jobs: 0 } });
  return opId;
}

// The lease of whichever process under test is the coordinator; one of a moment when there is none.
async function coordinatorsLease({ database, leases }: World): Promise<LeaseGrant> {
  const { holder, epoch } = database.leases.get(COORDINATOR_LEASE) ?? { holder: null, epoch: 0n };
  if (holder !== null) return { name: COORDINATOR_LEASE, holder, epoch };
  const lease = await leases.acquire(COORDINATOR_LEASE, 'test', 0);
  if (lease === null) throw new Error('the lease is free');
  return lease;
}

const bytes = (text: string) => new TextEncoder().encode(text);
const entry = (fields: Record<string, string>) => Object.entries(fields).map(([name, value]) => [bytes(name), bytes(value)] as const);

/** Publishes a start of the image, or a stop when there is none, as the producer does. */
export function publishJob(world: World, gameId: string, imageRef: string | null): void {
  if (imageRef === null) world.streams.append('runtime:stop_jobs', entry({ game_id: gameId, reason: 'cancelled' }));
  else world.streams.append('runtime:start_jobs', entry({ game_id: gameId, image_ref: imageRef }));
}

/** What is known of an operation. */
export function operationOf(world: World, opId: string): World['database']['operations'][number] {
  const operation = world.database.operations.find((one) => one.opId === opId);
  if (operation === undefined) throw new Error(`no operation ${opId}`);
  return operation;
}

/** The record of a game, or null. */
export function recordOf(world: World, gameId: string = GAME): RuntimeRecord | null {
  return world.database.records.get(gameId) ?? null;
}

/** The results decided for a game, in order, published or not. */
export function decidedResults(world: World, gameId: string = GAME): JobResult[] {
  return world.database.lane('job_result', gameId).flatMap(({ entry }) => (entry.kind === 'job_result' ? [entry.message.result] : []));
}

/** The entries of a stream as text, in order. */
export function entriesOf(world: World, key: string): Record<string, string>[] {
  const text = new TextDecoder();
  return world.streams
    .after(key, '0-0')
    .map(({ entry }) => Object.fromEntries(entry.map(([name, value]) => [text.decode(name), text.decode(value)])));
}

/** Every container of ours that exists. */
export async function containersOf(world: World): Promise<Incarnation[]> {
  const driftHistory = await Promise.all(world.engine.ids.map((id) => world.engine.inspect(id)));
  return driftHistory.flatMap((inspection) => (inspection.kind === 'ours' ? [inspection.incarnation] : []));
}

/** A container of an earlier operation, under the game's name; gives its id. */
export async function plantContainer(
  world: World,
  as: { gameId?: string; running?: boolean; opId?: string; attempt?: number; imageRef?: string } = {},
): Promise<string> {
  const { gameId = GAME, running = true, opId = 'an-earlier-operation', attempt = 1, imageRef = IMAGE } = as;
  await world.engine.ensureImage(imageRef, new AbortController().signal);
  const created = await world.engine.create({ gameId, opId, attempt, imageRef });
  if (created.kind !== 'created') throw new Error(`the container could not be planted: ${created.kind}`);
  await world.engine.start(created.id);
  if (!running) await world.engine.stop(created.id);
  return created.id;
}

/** Gives the game a record of that status, with the container that goes with it; returns the record. */
export async function plantRuntime(world: World, status: RuntimeStatus, gameId: string = GAME): Promise<RuntimeRecord> {
  const hasContainer = status !== 'starting' && status !== 'removed';
  const currentContainerId = hasContainer ? await plantContainer(world, { gameId, running: status !== 'stopped' }) : null;
  const now = new Date('2025-12-31T00:00:00Z');
  const created = newRuntimeRecord({ gameId, imageRef: IMAGE, status: status === 'removed' ? 'removed' : 'starting', now });
  const record: RuntimeRecord = { ...created, status, currentContainerId, stoppedAt: status === 'stopped' ? now : null };
  world.database.records.set(gameId, record);
  return record;
}

/** What a start that failed makes of the record that was there before: it accepted the start, and put the record back. */
export function restoredRecord(before: RuntimeRecord, lastOpAt: Date | undefined, lastError: string): RuntimeRecord {
  return { ...before, lastOpAt: lastOpAt ?? before.lastOpAt, version: before.version + 2, lastError };
}

/** Lets time pass until the promise is settled, in small steps, and returns what it gave. */
export async function pass<T>(world: World, promise: Promise<T>, limitMs = 120_000, stepMs = 50): Promise<T> {
  let settled = false;
  const watched = promise.finally(() => {
    settled = true;
  });
  watched.catch(() => undefined);
  const isSettled = (): boolean => settled;
  await world.clock.advance(0);
  for (let passed = 0; !isSettled(); passed += stepMs) {
    if (passed > limitMs) throw new Error(`still not done after ${limitMs} ms`);
    await world.clock.advance(stepMs);
  }
  return watched;
}
