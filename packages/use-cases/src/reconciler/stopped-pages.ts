import { isGameId } from '@galaxy/domain';
import type { GameView, ListedIncarnation, StoppedPage } from '@galaxy/manager-ports';

/** The games with exited containers that belong to a page: as many as the page has, in the order of their ids. */
export function exitedIn({ after, limit }: StoppedPage, incarnations: readonly ListedIncarnation[]): string[] {
  const games = new Set(incarnations.filter(({ state }) => state === 'exited').map(({ owner }) => owner.gameId));
  return [...games]
    .filter((gameId) => gameId > after && isGameId(gameId))
    .sort()
    .slice(0, limit);
}

/** The games whose containers every pass looks at: those with a container that has not exited. */
export function livelyIn(incarnations: readonly ListedIncarnation[]): string[] {
  return incarnations.filter(({ state, owner }) => state !== 'exited' && isGameId(owner.gameId)).map(({ owner }) => owner.gameId);
}

/**
 * The game after which the next page begins; empty when this page was the last one, so that the next pass begins anew. `games` are all
 * games that the pass read, `exited` those of {@link exitedIn}. Either of both may end the page.
 */
export function endOfPage({ after, limit }: StoppedPage, games: readonly GameView[], exited: readonly string[]): string {
  const stopped = games.filter(({ gameId, record }) => record?.status === 'stopped' && gameId > after).map(({ gameId }) => gameId);
  const ends = [stopped.sort()[limit - 1], exited[limit - 1]].filter((end) => end !== undefined);
  return ends.sort()[0] ?? '';
}
