/**
 * Whether a text is empty or has only white space, as Unicode's White_Space says. JavaScript's trim() differs: it takes U+FEFF, which
 * other languages keep, and keeps U+0085, which they take.
 */
export function isBlank(text: string): boolean {
  return !/\P{White_Space}/u.test(text);
}
