import type { Failure } from '@galaxy/domain';
import type { Clock, ContainerEngine } from '@galaxy/manager-ports';
import { DependencyFault } from '@galaxy/ports';

/** What ends a container. */
export interface EndDeps {
  readonly clock: Clock;
  /** How long an engine may take to end after it was asked to. */
  readonly stopGraceMs: number;
  /** How long a container may take to be seen ended after a stop or a kill was answered. */
  readonly verifyTimeoutMs: number;
}

/** What became of a container that was to end. */
export type Ended = 'stopped' | 'gone' | 'foreign' | 'still_running';

/** The failure of ending a container that nothing ends. */
export const STILL_RUNNING: Failure = {
  code: 'container_stop_failed',
  message: 'SIGKILL was sent and the container is still not gone',
};

const LOOK_AGAIN_MS = 50;

/**
 * Asks the container's engine to end, verifies, ends it by force, verifies. Never says `stopped` before it was seen.
 * Safe to repeat from any point.
 * @throws DependencyFault also when the container still runs and the kill was not answered: nobody knows that it was sent.
 */
export async function endContainer(engine: ContainerEngine, id: string, deps: EndDeps): Promise<Ended> {
  if ((await engine.inspect(id)).kind === 'foreign') return 'foreign';
  await attempt(() => engine.stop(id, deps.stopGraceMs));
  const afterStop = await verify(engine, id, deps);
  if (afterStop !== 'still_running') return afterStop;
  const unanswered = await attempt(() => engine.kill(id));
  const afterKill = await verify(engine, id, deps);
  if (afterKill === 'still_running' && unanswered !== null) throw unanswered;
  return afterKill;
}

// A mutation that was not answered may have happened: the look that follows tells, or throws if the engine is away.
async function attempt(mutation: () => Promise<unknown>): Promise<DependencyFault | null> {
  try {
    await mutation();
    return null;
  } catch (error) {
    if (error instanceof DependencyFault && error.effect === 'unknown') return error;
    throw error;
  }
}

async function verify(engine: ContainerEngine, id: string, { clock, verifyTimeoutMs }: EndDeps): Promise<Ended> {
  const deadline = clock.monotonicMs() + verifyTimeoutMs;
  for (;;) {
    const ended = await look(engine, id);
    if (ended !== 'still_running' || clock.monotonicMs() >= deadline) return ended;
    await clock.sleep(LOOK_AGAIN_MS);
  }
}

async function look(engine: ContainerEngine, id: string): Promise<Ended> {
  const inspection = await engine.inspect(id);
  if (inspection.kind !== 'ours') return inspection.kind === 'absent' ? 'gone' : 'foreign';
  const { state } = inspection.incarnation;
  // On its way out: a removal returns once it is out.
  if (state === 'removing') return engine.remove(id).then(() => 'gone');
  return state === 'running' || state === 'paused' ? 'still_running' : 'stopped';
}
