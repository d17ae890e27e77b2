import type { ContainerSight } from '@galaxy/domain';
import type { ContainerEngine, GameView, Incarnation, IncarnationState, Sighting } from '@galaxy/ports';

/** How a container in this state is seen; null for one on its way out, of which the next look will tell. */
export function sightOf(state: IncarnationState): ContainerSight | null {
  if (state === 'removing') return null;
  return state === 'running' || state === 'paused' ? state : 'ended';
}

/** The container that counts for a game. `unclear`: it is on its way out, or what the record names is not ours. */
export type GameSight =
  | { readonly kind: 'seen'; readonly sight: ContainerSight; readonly container: Incarnation | null }
  | { readonly kind: 'unclear' };

const ABSENT: GameSight = { kind: 'seen', sight: 'absent', container: null };
const UNCLEAR: GameSight = { kind: 'unclear' };

/**
 * Looks at the container that counts for a game: the one its record names or, when it names none, the one that bears the
 * game's name.
 * @throws DependencyFault when the container engine does not answer.
 */
export async function lookAtGame(
  engine: Pick<ContainerEngine, 'find' | 'inspect'>,
  { gameId, record }: Pick<GameView, 'gameId' | 'record'>,
): Promise<GameSight> {
  const named = record?.currentContainerId ?? null;
  if (named === null) return seen(gameId, await engine.find(gameId));
  const sighting = await engine.inspect(named);
  return sighting.kind === 'foreign' ? UNCLEAR : seen(gameId, sighting);
}

function seen(gameId: string, sighting: Sighting): GameSight {
  if (sighting.kind !== 'ours' || sighting.incarnation.owner.gameId !== gameId) return ABSENT;
  const { incarnation: container } = sighting;
  const sight = sightOf(container.state);
  return sight === null ? UNCLEAR : { kind: 'seen', sight, container };
}
