import type { ObservedState } from '@galaxy/domain';
import type { ContainerEngine, GameView, Incarnation, IncarnationState, Inspection } from '@galaxy/manager-ports';

/** The observed state of a container; null while it is being removed: a later inspection will show it as absent. */
export function observedStateOf(state: IncarnationState): ObservedState | null {
  if (state === 'removing') return null;
  return state === 'running' || state === 'paused' ? state : 'ended';
}

/** What was seen of a game's container. `unclear`: it is being removed, or the container that the record names is not ours. */
export type GameObservation =
  | { readonly kind: 'seen'; readonly state: ObservedState; readonly container: Incarnation | null }
  | { readonly kind: 'unclear' };

const ABSENT: GameObservation = { kind: 'seen', state: 'absent', container: null };
const UNCLEAR: GameObservation = { kind: 'unclear' };

/**
 * Inspects the container of a game: the one that its record names or, when it names none, the one with the game's container name.
 * @throws DependencyFault when the container engine does not answer.
 */
export async function observeGame(
  engine: Pick<ContainerEngine, 'find' | 'inspect'>,
  { gameId, record }: Pick<GameView, 'gameId' | 'record'>,
): Promise<GameObservation> {
  const named = record?.currentContainerId ?? null;
  if (named === null) return seen(gameId, await engine.find(gameId));
  const inspection = await engine.inspect(named);
  return inspection.kind === 'foreign' ? UNCLEAR : seen(gameId, inspection);
}

function seen(gameId: string, inspection: Inspection): GameObservation {
  if (inspection.kind !== 'ours' || inspection.incarnation.owner.gameId !== gameId) return ABSENT;
  const { incarnation: container } = inspection;
  const state = observedStateOf(container.state);
  return state === null ? UNCLEAR : { kind: 'seen', state, container };
}
