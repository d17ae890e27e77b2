import type { DeadLetter, Failure, JobStreamName } from '@galaxy/domain';
import type { Claim, Clock, ContainerEngine, OperationJournal, OperationOutcome } from '@galaxy/manager-ports';
import { DependencyFault } from '@galaxy/ports';
import type { HeldClaim } from '../claims/held-claim.js';
import { failedUntouched } from './outcomes.js';
import { resumeStart } from './start/start-runtime.js';
import { abandonStart, undoStart } from './start/undo-start.js';

/** What giving up takes. */
export interface ExhaustedDeps {
  readonly journal: Pick<OperationJournal, 'advance'>;
  readonly clock: Clock;
  /** The key of a job stream, as dead letters name it. */
  readonly streamKey: (stream: JobStreamName) => string;
  /** How long an operation waits for a container engine that does not answer. */
  readonly unavailableWindowMs: number;
}

const MAX_FAILURES = 5;

/**
 * Ends an operation that has had its chances: after five failed attempts with `internal_error`, after the window with
 * `docker_unavailable`. A start is undone first; where undoing is what fails, or no engine answers, what was recorded
 * decides how its record ends. A job that failed is dead-lettered as well, so that it can be put back once the cause is
 * gone. Returns null for an operation that may be tried.
 */
export async function endExhausted(held: HeldClaim, engine: ContainerEngine, deps: ExhaustedDeps): Promise<OperationOutcome | null> {
  const { claim } = held;
  const failure = doom(claim.failures, claim.unavailableMs, deps.unavailableWindowMs);
  if (failure === null) return null;
  return { ...(await end(held, failure, engine, deps)), deadLetter: deadLetterOf(claim, failure, deps) };
}

async function end(held: HeldClaim, failure: Failure, engine: ContainerEngine, deps: ExhaustedDeps): Promise<OperationOutcome> {
  const { claim } = held;
  const run = claim.job.kind === 'start' ? resumeStart(held, claim.job, engine, deps) : null;
  if (run === null) return failedUntouched(claim, failure, deps.clock);
  if (claim.failures > MAX_FAILURES) return abandonStart(run, failure, deps.clock);
  try {
    return await undoStart(run, failure, deps.clock);
  } catch (error) {
    if (claim.unavailableMs < deps.unavailableWindowMs || !isEngineFault(error)) throw error;
    return abandonStart(run, failure, deps.clock);
  }
}

// What could not be decoded was dead-lettered when it was taken in.
function deadLetterOf({ entry, job, failures }: Claim, { code, message }: Failure, { clock, streamKey }: ExhaustedDeps): DeadLetter | null {
  if (entry === null || job.kind === 'invalid' || code !== 'internal_error') return null;
  return {
    sourceStream: streamKey(entry.stream),
    sourceEntryId: entry.entryId,
    errorCode: code,
    errorMessage: message,
    raw: entry.raw,
    attempts: failures,
    failedAtMs: BigInt(clock.now().getTime()),
  };
}

function isEngineFault(error: unknown): boolean {
  return error instanceof DependencyFault && error.dependency === 'container_engine';
}

function doom(failures: number, unavailableMs: number, windowMs: number): Failure | null {
  if (failures >= MAX_FAILURES) return { code: 'internal_error', message: `given up after ${String(failures)} failed attempts` };
  if (unavailableMs < windowMs) return null;
  return { code: 'docker_unavailable', message: `the container engine did not answer for ${String(Math.round(unavailableMs / 1000))} s` };
}
