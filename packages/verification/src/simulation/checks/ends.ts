import type { ReconcileJob, RuntimeStatus, StartJob } from '@galaxy/domain';
import type { OperationOutcome } from '@galaxy/manager-ports';
import type { World } from '../world/world.js';
import type { Containers } from './containers.js';

/**
 * Checks that the end of an operation agrees with the containers. The success of a start names a container that ran and has the
 * right image. The reconciler does not write a status into a record if the container was in another state since the claim.
 */
export function watchEnds({ database, ports: { journal }, violate, time }: World, containers: Containers): void {
  const claimedAtMs = new Map<string, number>();
  const claim = journal.claim.bind(journal);
  journal.claim = async (request) => {
    const claims = await claim(request);
    for (const { opId } of claims) claimedAtMs.set(opId, time.ms);
    return claims;
  };
  // Not by id: a request whose operation was deleted meanwhile may be sent again, and is another operation under the same id then.
  const ended = new Set<unknown>();
  const finish = journal.finish.bind(journal);
  journal.finish = async (key, outcome) => {
    const finished = await finish(key, outcome);
    const operation = database.operations.find(({ opId }) => opId === key.opId);
    if (finished.kind !== 'applied' || operation === undefined) return finished;
    const { gameId, job } = operation;
    if (ended.has(operation)) violate(`${key.opId} of ${gameId} ends twice`);
    ended.add(operation);
    const sinceMs = claimedAtMs.get(key.opId) ?? 0;
    const problem =
      job.kind === 'start'
        ? wrongStart(job, outcome, containers)
        : job.kind === 'reconcile'
          ? wrongMark(job, outcome, containers, sinceMs)
          : null;
    if (problem !== null) violate(`${gameId}: ${problem}`);
    return finished;
  };
}

function wrongStart({ imageRef }: StartJob, { result, errorCode }: OperationOutcome, containers: Containers): string | null {
  if (errorCode !== '') return null;
  const life = containers.get(result.containerId);
  if (life === undefined) return 'its start names a container that never existed';
  return life.everRan && life.imageRef === imageRef
    ? null
    : `it was started in ${life.id} with ${life.imageRef}, but the job asked for ${imageRef}`;
}

function wrongMark(
  { verdict }: ReconcileJob,
  { record: change }: OperationOutcome,
  containers: Containers,
  sinceMs: number,
): string | null {
  // After a probe, the answer of the game engine decides.
  if (change.kind !== 'patch' || verdict === 'probe') return null;
  const life = containers.get(change.expected.containerId ?? '');
  const { status } = change.set;
  if (life === undefined || life.sinceMs >= sinceMs || status === undefined) return null;
  return isContrary(status, life.state) ? `the reconciler made the record ${status}, but the container is ${life.state}` : null;
}

function isContrary(status: RuntimeStatus, state: string): boolean {
  if (status === 'removed') return state !== 'gone';
  return status === 'engine_unreachable' ? state === 'running' : status === 'running' && state !== 'running';
}
