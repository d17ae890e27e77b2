export type Int64Check = { readonly kind: 'valid'; readonly value: bigint } | { readonly kind: 'invalid'; readonly reason: string };

const SHAPE = /^[+-]?[0-9]+$/;
const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;

/** Reads a decimal integer as Go's strconv.ParseInt(text, 10, 64) does: an optional sign, then digits and nothing else. */
export function parseInt64(text: string): Int64Check {
  if (!SHAPE.test(text)) return { kind: 'invalid', reason: 'invalid syntax' };
  // The digits after leading zeros; an int64 has at most 19. Longer texts are refused before BigInt, whose cost grows faster than the text.
  const digits = text.replace(/^[+-]?0*/, '');
  if (digits.length > 19) return { kind: 'invalid', reason: 'value out of range' };
  const value = text.startsWith('-') ? -BigInt(digits) : BigInt(digits);
  return value < MIN || value > MAX ? { kind: 'invalid', reason: 'value out of range' } : { kind: 'valid', value };
}
