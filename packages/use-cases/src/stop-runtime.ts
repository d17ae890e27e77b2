import type { RuntimeRecord, StopJob } from '@galaxy/domain';
import { decideStop, moveRecord } from '@galaxy/domain';
import type { Clock, ContainerEngine, Settlement } from '@galaxy/ports';
import { DependencyFault } from '@galaxy/ports';
import type { HeldClaim } from './held-claim.js';
import { failed, replayed, succeeded } from './settlements.js';

/** What stops a runtime. */
export interface StopDeps {
  readonly clock: Clock;
  /** How long an engine may take to end after it was asked to. */
  readonly stopGraceMs: number;
  /** How long a container may take to be seen ended after a stop or a kill was answered. */
  readonly verifyTimeoutMs: number;
}

/** What became of a container that was to stop. */
type Ended = 'stopped' | 'gone' | 'foreign' | 'still_running';

const LOOK_AGAIN_MS = 50;

/**
 * Carries out one claimed stop: decide, ask the engine to end, verify, end it by force, verify. Never reports `stopped`
 * before it was seen. Returns how the operation ends; safe to repeat from any point.
 */
export const makeStopRuntime =
  (deps: StopDeps) =>
  async (held: HeldClaim, job: StopJob, engine: ContainerEngine): Promise<Settlement> => {
    const { record } = held.claim;
    const decision = decideStop(record);
    if (record === null) return failed(job.gameId, { code: 'not_found', message: 'the game has no runtime record' });
    if (decision === 'replay_no_op') return replayed(record);
    const known = await withContainerId(record, engine);
    const ended = known.currentContainerId === null ? 'gone' : await end(engine, known.currentContainerId, deps);
    return settle(record, known, ended, deps.clock);
  };

// A start that was given up may have left a container that its record does not name.
async function withContainerId(record: RuntimeRecord, engine: ContainerEngine): Promise<RuntimeRecord> {
  if (record.currentContainerId !== null) return record;
  const sighting = await engine.find(record.gameId);
  return sighting.kind === 'ours' ? { ...record, currentContainerId: sighting.incarnation.id } : record;
}

async function end(engine: ContainerEngine, id: string, deps: StopDeps): Promise<Ended> {
  if ((await engine.inspect(id)).kind === 'foreign') return 'foreign';
  await attempt(() => engine.stop(id, deps.stopGraceMs));
  const afterStop = await verify(engine, id, deps);
  if (afterStop !== 'still_running') return afterStop;
  await attempt(() => engine.kill(id));
  return verify(engine, id, deps);
}

// A mutation that was not answered may have happened: the look that follows tells, or throws if the engine is away.
async function attempt(mutation: () => Promise<unknown>): Promise<void> {
  try {
    await mutation();
  } catch (error) {
    if (!(error instanceof DependencyFault && error.effect === 'unknown')) throw error;
  }
}

async function verify(engine: ContainerEngine, id: string, { clock, verifyTimeoutMs }: StopDeps): Promise<Ended> {
  const deadline = clock.monotonicMs() + verifyTimeoutMs;
  for (;;) {
    const ended = await look(engine, id);
    if (ended !== 'still_running' || clock.monotonicMs() >= deadline) return ended;
    await clock.sleep(LOOK_AGAIN_MS);
  }
}

async function look(engine: ContainerEngine, id: string): Promise<Ended> {
  const sighting = await engine.inspect(id);
  if (sighting.kind !== 'ours') return sighting.kind === 'absent' ? 'gone' : 'foreign';
  const { state } = sighting.incarnation;
  // On its way out: a removal returns once it is out.
  if (state === 'removing') return engine.remove(id).then(() => 'gone');
  return state === 'running' || state === 'paused' ? 'still_running' : 'stopped';
}

function settle(before: RuntimeRecord, known: RuntimeRecord, ended: Ended, clock: Clock): Settlement {
  switch (ended) {
    case 'stopped':
      return succeeded(before, moveRecord(known, 'stopped', clock.now()));
    case 'gone':
      return succeeded(before, moveRecord(known, 'removed', clock.now()));
    case 'foreign':
      return failed(before.gameId, { code: 'conflict', message: "the record's container is not ours" });
    case 'still_running':
      return failed(before.gameId, { code: 'container_stop_failed', message: 'SIGKILL was sent and the container is still not gone' });
  }
}
