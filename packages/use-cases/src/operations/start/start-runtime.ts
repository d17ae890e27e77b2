import type { Failure, StartJob } from '@galaxy/domain';
import { decideStart, isImageAllowed, parseImageReference, previousRuntime, recordRunning, recordStarting } from '@galaxy/domain';
import type { ContainerEngine, OperationJournal, OperationOutcome, OperationProgress } from '@galaxy/manager-ports';
import type { HeldClaim } from '../../claims/held-claim.js';
import { failed, replayed, succeeded } from '../outcomes.js';
import { awaitReady, type ReadyDeps } from './await-ready.js';
import { createContainer, foreignName } from './create-container.js';
import { failedUntouched } from './failed-untouched.js';
import { obtainImage } from './obtain-image.js';
import { prepareHost } from './prepare-host.js';
import { replacePrevious } from './replace-previous.js';
import { startContainer } from './start-container.js';
import { advance, readyContainer, type StartPhase, type StartRun, SUPERSEDED } from './start-run.js';
import { undoStart } from './undo-start.js';

export interface StartDeps extends ReadyDeps {
  readonly journal: Pick<OperationJournal, 'advance'>;
  /** Patterns of the images that may be started; see `isImageAllowed`. */
  readonly imageAllowlist: readonly string[];
}

/**
 * Makes the function that carries out one claimed start: decide, record the intent, obtain the image, prepare the host, replace the
 * previous container, create, start, wait until the engine answers. Returns the outcome; the caller writes it. Safe to repeat
 * from any point: a later attempt goes on from the recorded step, and never uses a container that an earlier attempt created.
 */
export const makeStartRuntime = (deps: StartDeps) => {
  const phases: readonly StartPhase[] = [
    obtainImage,
    prepareHost,
    replacePrevious,
    createContainer(deps.clock),
    startContainer,
    awaitReady(deps),
  ];
  return async (held: HeldClaim, job: StartJob, engine: ContainerEngine): Promise<OperationOutcome> => {
    const resumed = resumeStart(held, job, engine, deps);
    const early = resumed === null ? (refuseStart(held, job, deps) ?? (await refuseForeignName(job, engine))) : null;
    if (early !== null) return early;
    const run = resumed ?? (await acceptStart(held, job, engine, deps));
    const failure = await goThrough(phases, run);
    if (failure !== null) return undoStart(run, failure, deps.clock);
    return succeeded(run.record, recordRunning(run.record, readyContainer(run), deps.clock.now()));
  };
};

/** Continues the run of an earlier attempt; null when no attempt has recorded its intent. */
export function resumeStart(held: HeldClaim, job: StartJob, engine: ContainerEngine, deps: Pick<StartDeps, 'journal'>): StartRun | null {
  const { progress, record } = held.claim;
  if (progress === null || record?.status !== 'starting') return null;
  return { held, job, engine, journal: deps.journal, record, progress, ready: null };
}

function refuseStart(held: HeldClaim, job: StartJob, { imageAllowlist, clock }: StartDeps): OperationOutcome | null {
  const { record, gameId } = held.claim;
  const decision = decideStart(record, job.imageRef);
  if (decision === 'replay_no_op' && record !== null) return replayed(record);
  if (decision === 'conflict')
    return failed(gameId, { code: 'conflict', message: conflictMessage(record?.status, record?.currentImageRef) });
  const refusal = checkImage(job.imageRef, imageAllowlist);
  if (refusal !== null) return failed(gameId, refusal);
  return held.superseded ? failedUntouched(held.claim, job, SUPERSEDED, clock) : null;
}

// Checked before anything is changed, so that the refusal does not change the record.
async function refuseForeignName({ gameId }: StartJob, engine: ContainerEngine): Promise<OperationOutcome | null> {
  const inspection = await engine.find(gameId);
  return inspection.kind === 'foreign' ? failed(gameId, foreignName(inspection.id)) : null;
}

const conflictMessage = (status = '', imageRef = '') => `the game is ${status} with image ${imageRef}`;

function checkImage(imageRef: string, allowlist: readonly string[]): Failure | null {
  const check = parseImageReference(imageRef);
  if (check.kind === 'malformed') return { code: 'start_config_invalid', message: `the image reference is malformed: ${check.reason}` };
  return isImageAllowed(check.reference, allowlist)
    ? null
    : { code: 'start_config_invalid', message: 'the image is not on the allow-list' };
}

async function acceptStart(held: HeldClaim, job: StartJob, engine: ContainerEngine, { journal, clock }: StartDeps): Promise<StartRun> {
  const before = held.claim.record;
  const record = recordStarting(before, { gameId: job.gameId, imageRef: job.imageRef, now: clock.now() });
  const progress: OperationProgress = { op: 'start', step: 'intent', previous: previousRuntime(before), containerId: null };
  await advance({ held, journal }, before, { record, progress });
  return { held, job, engine, journal, record, progress, ready: null };
}

async function goThrough(phases: readonly StartPhase[], run: StartRun): Promise<Failure | null> {
  for (const phase of phases) {
    run.held.assertHeld();
    if (run.held.superseded) return SUPERSEDED;
    const failure = await phase(run);
    if (failure !== null) return failure;
  }
  return null;
}
