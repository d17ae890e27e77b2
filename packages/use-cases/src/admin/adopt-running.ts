import { adoptedRecord, type RuntimeRecord, recordAnswering } from '@galaxy/domain';
import type { ContainerEngine, ListedIncarnation } from '@galaxy/manager-ports';
import type { RuntimeRecordStore } from '@galaxy/ports';
import { DependencyFault, RuntimeNotFoundError, validateRuntimeRecord } from '@galaxy/ports';
import { answers, type ProbeDeps } from '../containers/probe-engine.js';

export interface AdoptDeps extends ProbeDeps {
  readonly records: Pick<RuntimeRecordStore, 'get' | 'upsert'>;
  readonly engine: Pick<ContainerEngine, 'inspect'>;
}

/**
 * Writes every running container into the record of its game, unless the record names it already. The status becomes `running`
 * when the engine in the container answers, and `engine_unreachable` when it does not or when the container hangs. Returns the
 * ids of the changed games. Safe to repeat. No other work on these games may run at the same time.
 */
export async function adoptRunning(incarnations: readonly ListedIncarnation[], deps: AdoptDeps): Promise<string[]> {
  const adopted: string[] = [];
  for (const incarnation of incarnations.filter(({ state }) => state === 'running' || state === 'paused')) {
    const { gameId } = incarnation.owner;
    const before = await recordOrNull(gameId, deps);
    if (before !== null && isRecorded(before, incarnation)) continue;
    const record = await recordOf(before, incarnation, deps);
    validateRuntimeRecord(record);
    await deps.records.upsert(record);
    adopted.push(gameId);
  }
  return adopted;
}

async function recordOf(before: RuntimeRecord | null, { id, imageRef, owner }: ListedIncarnation, deps: AdoptDeps): Promise<RuntimeRecord> {
  const now = deps.clock.now();
  const { imageId, isUp } = await lookAt(id, deps);
  const adopted = adoptedRecord(before, { id, imageId, imageRef, gameId: owner.gameId, now });
  return isUp ? recordAnswering(adopted, { id, imageId }, now) : adopted;
}

const UNCLEAR = { imageId: null, isUp: false } as const;

async function lookAt(id: string, deps: AdoptDeps): Promise<{ readonly imageId: string | null; readonly isUp: boolean }> {
  try {
    const inspection = await deps.engine.inspect(id);
    if (inspection.kind !== 'ours') return UNCLEAR;
    return { imageId: inspection.incarnation.imageId, isUp: await answers(deps.engine, inspection.incarnation, deps) };
  } catch (error) {
    // The container engine does not answer about this container, but its list shows it: record it, so that it is not removed as an
    // orphan.
    if (error instanceof DependencyFault && error.dependency === 'container_engine') return UNCLEAR;
    throw error;
  }
}

const UP = ['running', 'generation_in_progress', 'generation_failed', 'engine_unreachable', 'finished'];

const isRecorded = ({ status, currentContainerId }: RuntimeRecord, { id }: ListedIncarnation) =>
  UP.includes(status) && currentContainerId === id;

async function recordOrNull(gameId: string, { records }: AdoptDeps): Promise<RuntimeRecord | null> {
  try {
    return await records.get(gameId);
  } catch (error) {
    if (error instanceof RuntimeNotFoundError) return null;
    throw error;
  }
}
