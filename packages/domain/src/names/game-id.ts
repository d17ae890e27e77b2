/** A game id: lower-case letters, digits and inner dashes, at most 51 characters, so that the host name fits into one DNS label. */
export const GAME_ID_PATTERN = /^[a-z0-9]([a-z0-9-]{0,49}[a-z0-9])?$/;

export function isGameId(value: string): boolean {
  return GAME_ID_PATTERN.test(value);
}
