import { adoptedRecord, type RuntimeRecord } from '@galaxy/domain';
import type { Clock, ListedIncarnation, RuntimeRecordStore } from '@galaxy/ports';
import { RuntimeNotFoundError } from '@galaxy/ports';

/** What adopting takes. */
export interface AdoptDeps {
  readonly records: Pick<RuntimeRecordStore, 'get' | 'upsert'>;
  readonly clock: Clock;
}

/**
 * Writes every running container into the record of its game, where the record says otherwise. As `engine_unreachable`:
 * the reconciler asks the engine and moves the record on. Returns the games. Repeating is safe. Nothing else may be at
 * work on these games meanwhile.
 */
export async function adoptRunning(incarnations: readonly ListedIncarnation[], deps: AdoptDeps): Promise<string[]> {
  const adopted: string[] = [];
  for (const incarnation of incarnations.filter(({ state }) => state === 'running' || state === 'paused')) {
    const { gameId } = incarnation.owner;
    const before = await recordOrNull(gameId, deps);
    if (before !== null && tells(before, incarnation)) continue;
    await deps.records.upsert(adoptedRecord(before, { ...incarnation, gameId, now: deps.clock.now() }));
    adopted.push(gameId);
  }
  return adopted;
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
