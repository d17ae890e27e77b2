import type { DeadLetter, Failure, JobStreamName } from '@galaxy/domain';
import type { Claim, Clock, OperationOutcome } from '@galaxy/manager-ports';
import { DependencyFault } from '@galaxy/ports';
import type { HeldClaim } from '../../claims/held-claim.js';
import type { Undo } from '../operation-handler.js';

export interface ExhaustedDeps {
  readonly clock: Clock;
  /** The Redis key of a job stream; dead letters name it. */
  readonly streamKey: (stream: JobStreamName) => string;
  /** How long an operation waits for a container engine that does not answer, in milliseconds. */
  readonly unavailableWindowMs: number;
}

const MAX_FAILURES = 5;

/**
 * Ends an exhausted operation: after five failed attempts with `internal_error`, after the window without an answer of the
 * container engine with `docker_unavailable`. It is undone first. If undoing fails too, or the engine does not answer, it is
 * abandoned: the recorded step decides how its record ends. A job that ends with `internal_error` is also dead-lettered, so that an operator
 * can put it back when the cause is gone. Returns null for an operation that may still be tried.
 */
export async function endExhausted(
  { claim }: HeldClaim,
  undoOf: (failure: Failure) => Undo,
  deps: ExhaustedDeps,
): Promise<OperationOutcome | null> {
  const failure = exhaustionOf(claim.failures, claim.unavailableMs, deps.unavailableWindowMs);
  if (failure === null) return null;
  return { ...(await end(claim, undoOf(failure), deps)), deadLetter: deadLetterOf(claim, failure, deps) };
}

async function end(claim: Claim, { undo, abandon }: Undo, { unavailableWindowMs }: ExhaustedDeps): Promise<OperationOutcome> {
  if (claim.failures > MAX_FAILURES) return abandon();
  try {
    return await undo();
  } catch (error) {
    if (claim.unavailableMs < unavailableWindowMs || !isEngineFault(error)) throw error;
    return abandon();
  }
}

// An entry that can't be decoded was dead-lettered at the intake already.
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

function exhaustionOf(failures: number, unavailableMs: number, windowMs: number): Failure | null {
  if (failures >= MAX_FAILURES) return { code: 'internal_error', message: `exhausted after ${String(failures)} failed attempts` };
  if (unavailableMs < windowMs) return null;
  return { code: 'docker_unavailable', message: `the container engine did not answer for ${String(Math.round(unavailableMs / 1000))} s` };
}
