import { adoptedRecord, type RuntimeRecord, recordAnswering } from '@galaxy/domain';
import type { ContainerEngine, ListedIncarnation } from '@galaxy/manager-ports';
import type { RuntimeRecordStore } from '@galaxy/ports';
import { DependencyFault, RuntimeNotFoundError } from '@galaxy/ports';
import { answers, type ProbeDeps } from '../containers/probe-engine.js';

/** What adopting takes. */
export interface AdoptDeps extends ProbeDeps {
  readonly records: Pick<RuntimeRecordStore, 'get' | 'upsert'>;
  readonly engine: Pick<ContainerEngine, 'inspect'>;
}

/**
 * Writes every running container into the record of its game, where the record says otherwise: as `running` when its
 * engine answers, and as `engine_unreachable` when not, or when the container hangs. Returns the games. Repeating is safe.
 * Nothing else may be at work on these games meanwhile.
 */
export async function adoptRunning(incarnations: readonly ListedIncarnation[], deps: AdoptDeps): Promise<string[]> {
  const adopted: string[] = [];
  for (const incarnation of incarnations.filter(({ state }) => state === 'running' || state === 'paused')) {
    const { gameId } = incarnation.owner;
    const before = await recordOrNull(gameId, deps);
    if (before !== null && tells(before, incarnation)) continue;
    await deps.records.upsert(await recordOf(before, incarnation, deps));
    adopted.push(gameId);
  }
  return adopted;
}

async function recordOf(before: RuntimeRecord | null, { id, imageRef, owner }: ListedIncarnation, deps: AdoptDeps): Promise<RuntimeRecord> {
  const now = deps.clock.now();
  const adopted = adoptedRecord(before, { id, imageRef, gameId: owner.gameId, now });
  return (await isUp(id, deps)) ? recordAnswering(adopted, id, now) : adopted;
}

async function isUp(id: string, deps: AdoptDeps): Promise<boolean> {
  try {
    const inspection = await deps.engine.inspect(id);
    return inspection.kind === 'ours' && (await answers(deps.engine, inspection.incarnation, deps));
  } catch (error) {
    // Silent about this container; the list showed it, and is enough to keep it from being taken for a leftover.
    if (error instanceof DependencyFault && error.dependency === 'container_engine') return false;
    throw error;
  }
}

const UP = ['running', 'generation_in_progress', 'generation_failed', 'engine_unreachable', 'finished'];

const tells = ({ status, currentContainerId }: RuntimeRecord, { id }: ListedIncarnation) =>
  UP.includes(status) && currentContainerId === id;

async function recordOrNull(gameId: string, { records }: AdoptDeps): Promise<RuntimeRecord | null> {
  try {
    return await records.get(gameId);
  } catch (error) {
    if (error instanceof RuntimeNotFoundError) return null;
    throw error;
  }
}
