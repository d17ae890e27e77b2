import { MemoryJobStream, MemoryStreamOffsetStore } from '@galaxy/adapter-memory';
import { COORDINATOR_LEASE, type JobStream, type LeaseGrant } from '@galaxy/manager-ports';
import { type IngestDeps, makeIngestJobs } from '../intake/ingest-jobs.js';
import { runLoop } from '../lib/run-loop.js';
import { makeWakeup } from '../lib/wakeup.js';
import { altered } from './intercept.test-support.js';
import type { World } from './world.test-support.js';

/** The streams of starts and of stops. */
export const START = 'runtime:start_jobs';
export const STOP = 'runtime:stop_jobs';

const bytes = (text: string) => new TextEncoder().encode(text);

/** Appends an entry to a stream under the given id. */
export function append(world: World, key: string, entryId: string, fields: Record<string, string>): void {
  const entry = Object.entries(fields).map(([name, value]) => [bytes(name), bytes(value)] as const);
  world.streams.append(key, entry, entryId);
}
/** Appends a start of the game. */
export const appendStart = (world: World, entryId: string, game: string) =>
  append(world, START, entryId, { game_id: game, image_ref: 'games/engine:1', requested_at_ms: '0' });
/** Appends a stop of the game. */
export const appendStop = (world: World, entryId: string, game: string) =>
  append(world, STOP, entryId, { game_id: game, reason: 'cancelled', requested_at_ms: '0' });

/** A process that takes jobs in, under a lease that it has. */
export async function makeIntake(world: World, changes: Partial<IngestDeps> = {}) {
  const grant = await world.leases.acquire(COORDINATOR_LEASE, 'me', 3_600_000);
  if (grant === null) throw new Error('the lease is free');
  // As the real one, but by the clock of the test: something that arrives is found when the wait is over.
  const stream: JobStream = altered(new MemoryJobStream(world.streams), { wait: (_, ms, signal) => world.clock.sleep(ms, signal) });
  const deps: IngestDeps = {
    ...world,
    stream,
    offsets: new MemoryStreamOffsetStore(world.streams),
    work: makeWakeup(world.clock),
    relay: makeWakeup(world.clock),
    batch: 100,
    intakePaused: () => false,
    ...changes,
  };
  const stopping = new AbortController();
  const ingest = makeIngestJobs(deps);
  const open = (): void => void runLoop('ingest', (signal) => ingest(grant, signal), stopping.signal, world);
  return {
    deps,
    stopping,
    grant,
    turn: (lease: LeaseGrant = grant) => ingest(lease, stopping.signal),
    /** Takes in, turn after turn, until it is told to stop. */
    open,
    /** Takes in what there is, through faults, until nothing is left to do. */
    async drain() {
      open();
      await world.clock.advance(20_000);
      stopping.abort();
      await world.clock.advance(0);
    },
  };
}

/** What was queued, in order. */
export const queued = (world: World) => world.database.operations.map(({ op, gameId, sourceRef }) => `${op} ${gameId} ${sourceRef}`);

/** Up to where the streams were ingested; null for one that was never looked at. */
export const cursorsIn = ({ database: { places } }: World) => ({
  start_jobs: places.start_jobs?.cursor ?? null,
  stop_jobs: places.stop_jobs?.cursor ?? null,
});
