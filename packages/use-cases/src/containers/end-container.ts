import type { Failure } from '@galaxy/domain';
import type { Clock, ContainerEngine } from '@galaxy/manager-ports';
import { DependencyFault } from '@galaxy/ports';

export interface EndDeps {
  readonly clock: Clock;
  /** How long the engine in the container may take to end after a stop. */
  readonly stopGraceMs: number;
  /** How long to wait, after a stop or a kill was answered, until the container is seen as ended. */
  readonly verifyTimeoutMs: number;
}

/** How a container was last seen after the attempt to end it. */
export type Ended = 'stopped' | 'gone' | 'foreign' | 'still_running';

/** The failure when a container runs even after a kill. */
export const STILL_RUNNING: Failure = {
  code: 'container_stop_failed',
  message: 'SIGKILL was sent and the container is still not gone',
};

const LOOK_AGAIN_MS = 50;

/**
 * Stops the container and inspects it; if it still runs, kills it and inspects it again. Returns `stopped` only after an
 * inspection has shown it. Safe to repeat from any point.
 * @throws DependencyFault also when the container still runs and the kill was not answered: it may not have been carried out.
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

// A change that was not answered may have happened. The inspection that follows shows it, or throws if the engine does not answer.
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
  // Docker is removing it already; our removal returns when it is gone.
  if (state === 'removing') return engine.remove(id).then(() => 'gone');
  return state === 'running' || state === 'paused' ? 'still_running' : 'stopped';
}
