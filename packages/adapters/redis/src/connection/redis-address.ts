const SHAPE = /^rediss?:\/\/[^/?#]+(?:\/\d{0,4})?$/;

/**
 * Whether a text is an address the driver takes as it is meant, `redis://login@host:port/number`: it would throw at a percent
 * sign that encodes nothing, work in the first database in place of one that is no number, and take any setting from a query.
 */
export function isRedisAddress(text: string): boolean {
  if (!SHAPE.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  try {
    for (const part of [username, password]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
