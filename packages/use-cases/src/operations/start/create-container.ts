import type { Failure } from '@galaxy/domain';
import type { Clock, CreateOutcome, Incarnation, IncarnationSpec } from '@galaxy/manager-ports';
import { DependencyFault } from '@galaxy/ports';
import type { StartPhase, StartRun } from './start-run.js';
import { step } from './start-run.js';

const TRIES = 5;
const NAME_RELEASE_MS = 300;

type Created = { kind: 'created'; id: string } | { kind: 'failure'; failure: Failure } | { kind: 'again' };

/**
 * Creates the game's container and records its id. When a create does not answer `created`, the container name is looked up before
 * anything is concluded. A container of this same attempt means that the reply of a create was lost: it is used. Another
 * container of ours is removed by id, after a renewal of the claim. A foreign one is left alone, and the start fails.
 */
export const createContainer =
  (clock: Clock): StartPhase =>
  async (run) => {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const created = await tryCreate(run);
      if (created.kind === 'failure') return created.failure;
      if (created.kind === 'created') {
        await recordCreated(run, created.id);
        return null;
      }
      await clock.sleep(NAME_RELEASE_MS * tries, run.held.signal);
      if (run.held.signal.aborted) return null;
    }
    return { code: 'container_start_failed', message: 'the container name of the game does not become free' };
  };

/** The failure of a start when a container that is not ours has the game's container name. */
export function foreignName(id: string): Failure {
  return { code: 'conflict', message: `the container name is taken by ${id}, which is not ours` };
}

async function tryCreate(run: StartRun): Promise<Created> {
  const answer = await askToCreate(run);
  if (!(answer instanceof DependencyFault) && answer.kind === 'created') return answer;
  const inspection = await run.engine.find(run.job.gameId);
  if (inspection.kind === 'ours') return adoptOrRemove(run, inspection.incarnation);
  if (inspection.kind === 'foreign') return { kind: 'failure', failure: foreignName(inspection.id) };
  if (answer instanceof DependencyFault) throw answer;
  return nothingThere(answer);
}

async function askToCreate(run: StartRun): Promise<CreateOutcome | DependencyFault> {
  const { opId, attempt, gameId } = run.held.claim;
  const spec: IncarnationSpec = { gameId, opId, attempt, imageRef: run.job.imageRef };
  try {
    return await run.engine.create(spec);
  } catch (error) {
    if (error instanceof DependencyFault) return error;
    throw error;
  }
}

async function adoptOrRemove(run: StartRun, { id, owner }: Incarnation): Promise<Created> {
  const { opId, attempt } = run.held.claim;
  if (owner.opId === opId && owner.attempt === attempt) return { kind: 'created', id };
  await run.held.renewNow();
  await run.engine.remove(id);
  return { kind: 'again' };
}

function nothingThere(answer: Exclude<CreateOutcome, { kind: 'created' }>): Created {
  switch (answer.kind) {
    case 'name_taken':
      return { kind: 'again' };
    case 'refused':
      return { kind: 'failure', failure: { code: 'container_start_failed', message: answer.message } };
    case 'no_capacity':
      return { kind: 'failure', failure: { code: 'capacity_exhausted', message: answer.message } };
  }
}

function recordCreated(run: StartRun, containerId: string): Promise<void> {
  return step(run, {
    record: { ...run.record, currentContainerId: containerId },
    progress: { ...run.progress, step: 'created', containerId },
  });
}
