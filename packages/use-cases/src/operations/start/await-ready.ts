import type { Failure } from '@galaxy/domain';
import type { Clock, ContainerEngine, EngineClient, Incarnation } from '@galaxy/manager-ports';
import type { StartPhase, StartRun } from './start-run.js';
import { createdId, DISAPPEARED, SUPERSEDED } from './start-run.js';

export interface ReadyDeps {
  readonly engineClient: EngineClient;
  readonly clock: Clock;
  /** How long an engine may take from its start to its first healthy answer, in milliseconds. */
  readonly readyTimeoutMs: number;
}

const FIRST_PAUSE_MS = 5;
const MAX_PAUSE_MS = 250;

/** Waits until the engine answers `/healthz`, its container ends, the time is over, or a later stop is queued. */
export const awaitReady =
  ({ engineClient, clock, readyTimeoutMs }: ReadyDeps): StartPhase =>
  async (run) => {
    const deadline = clock.monotonicMs() + readyTimeoutMs;
    let detail = 'it never answered';
    for (let pause = FIRST_PAUSE_MS; clock.monotonicMs() < deadline; pause = Math.min(pause * 2, MAX_PAUSE_MS)) {
      const seen = await ask(run, engineClient);
      if (seen.kind === 'ready') {
        run.ready = seen.incarnation;
        return null;
      }
      if (seen.kind === 'failure') return seen.failure;
      if (seen.detail !== null) detail = seen.detail;
      await clock.sleep(pause, run.held.signal);
      run.held.assertHeld();
      if (run.held.superseded) return SUPERSEDED;
    }
    return { code: 'engine_not_ready', message: `no healthy answer within ${String(readyTimeoutMs)} ms: ${detail}` };
  };

type Asked =
  | { kind: 'ready'; incarnation: Incarnation }
  | { kind: 'not_ready'; detail: string | null }
  | { kind: 'failure'; failure: Failure };

// Inspects before and after the call: when a container ends, another one may get its address, and that one's answer must not be
// taken for this one's.
async function ask(run: StartRun, engineClient: EngineClient): Promise<Asked> {
  const before = await lookAt(run.engine, createdId(run));
  if (before.kind === 'failure') return before;
  const { address } = before.incarnation;
  if (address === null) return { kind: 'not_ready', detail: null };
  const health = await engineClient.health(address, run.held.signal);
  if (health.kind !== 'healthy') return { kind: 'not_ready', detail: health.detail };
  const after = await lookAt(run.engine, createdId(run));
  if (after.kind === 'failure') return after;
  if (after.incarnation.address !== address) return { kind: 'not_ready', detail: 'its address changed' };
  return { kind: 'ready', incarnation: after.incarnation };
}

type Seen = { kind: 'up'; incarnation: Incarnation } | { kind: 'failure'; failure: Failure };

async function lookAt(engine: ContainerEngine, id: string): Promise<Seen> {
  const inspection = await engine.inspect(id);
  if (inspection.kind !== 'ours' || inspection.incarnation.state === 'removing') return { kind: 'failure', failure: DISAPPEARED };
  const { incarnation } = inspection;
  if (incarnation.state === 'exited')
    return { kind: 'failure', failure: { code: 'container_start_failed', message: exitMessage(incarnation) } };
  return { kind: 'up', incarnation };
}

function exitMessage({ exitCode, outOfMemory }: Incarnation): string {
  const code = exitCode === null ? 'an unknown code' : `code ${String(exitCode)}`;
  return `the engine exited with ${code} before it was ready${outOfMemory ? ' (out of memory)' : ''}`;
}
