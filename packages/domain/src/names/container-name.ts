import { isGameId } from './game-id.js';

const PREFIX = 'galaxy-game-';
const ENGINE_PORT = 8080;

/** The container name of a game, `galaxy-game-{game_id}`. It is fixed, so the container engine itself refuses a second container. */
export function containerName(gameId: string): string {
  return PREFIX + gameId;
}

/** The host name of a game on its network; the same text as its container name (RFC 1035: at most 63 characters). */
export function hostName(gameId: string): string {
  return PREFIX + gameId;
}

/** The inverse of {@link containerName}: the game's id, or null when the name is not one of ours. */
export function gameIdOf(name: string): string | null {
  if (!name.startsWith(PREFIX)) return null;
  const gameId = name.slice(PREFIX.length);
  return isGameId(gameId) ? gameId : null;
}

/** The stable address of a game's engine, `http://galaxy-game-{game_id}:8080`, as it is published in results. */
export function engineEndpoint(gameId: string): string {
  return `http://${hostName(gameId)}:${String(ENGINE_PORT)}`;
}
