/** What became of reading a signed 64-bit integer. */
export type Int64Check = { readonly kind: 'valid'; readonly value: bigint } | { readonly kind: 'invalid'; readonly reason: string };

const SHAPE = /^[+-]?[0-9]+$/;
const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;

/** Reads a decimal integer as Go's strconv.ParseInt(text, 10, 64) does: an optional sign, then digits and nothing else. */
export function parseInt64(text: string): Int64Check {
  if (!SHAPE.test(text)) return { kind: 'invalid', reason: 'invalid syntax' };
  // Digits past any leading zeros; 19 are the most an int64 has. Longer ones never reach BigInt, whose cost grows faster than the text.
  const digits = text.replace(/^[+-]?0*/, '');
  if (digits.length > 19) return { kind: 'invalid', reason: 'value out of range' };
  const value = text.startsWith('-') ? -BigInt(digits) : BigInt(digits);
  return value < MIN || value > MAX ? { kind: 'invalid', reason: 'value out of range' } : { kind: 'valid', value };
}
