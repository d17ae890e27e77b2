import { Buffer, isUtf8 } from 'node:buffer';
import type { RawEntry } from './raw-entry.js';

/** Why something can't be decoded, in a short text that does not change. */
export interface Refused {
  readonly kind: 'refused';
  readonly refusal: string;
}

/** One field as text, or why it can't be read as text. */
export type TextField = { readonly kind: 'text'; readonly value: string } | Refused;

const NUL = '\u0000';
const WHITE_SPACE = /^\p{White_Space}$/u;

export function refused(refusal: string): Refused {
  return { kind: 'refused', refusal };
}

/** Reads a field by name, untrimmed; empty when it is absent. Of several fields with this name the last one is used. */
export function textField(entry: RawEntry, name: string): TextField {
  const bytes = entry.findLast(([field]) => isNamed(field, name))?.[1];
  if (bytes === undefined) return { kind: 'text', value: '' };
  const value = decodeUtf8(bytes);
  if (value === null) return refused(`${name} is not valid UTF-8`);
  // PostgreSQL's text type can't store NUL: https://www.postgresql.org/docs/current/functions-string.html (chr)
  if (value.includes(NUL)) return refused(`${name} contains NUL`);
  return { kind: 'text', value };
}

/** As {@link textField}, with the value trimmed. */
export function trimmedField(entry: RawEntry, name: string): TextField {
  const field = textField(entry, name);
  return field.kind === 'text' ? { kind: 'text', value: trimWhiteSpace(field.value) } : field;
}

/** As {@link trimmedField}; refuses a field that is absent or blank. */
export function requiredField(entry: RawEntry, name: string): TextField {
  const field = trimmedField(entry, name);
  return field.kind === 'text' && field.value === '' ? refused(`missing ${name}`) : field;
}

/**
 * Removes leading and trailing characters with the Unicode property White_Space, as Go's strings.TrimSpace does.
 * JavaScript's own trim() differs: it also removes U+FEFF and keeps U+0085.
 */
export function trimWhiteSpace(text: string): string {
  // Character by character: a regular expression anchored at the end takes quadratic time over long inner runs of blanks.
  let start = 0;
  let end = text.length;
  while (start < end && isWhiteSpace(text, start)) start += 1;
  while (end > start && isWhiteSpace(text, end - 1)) end -= 1;
  return text.slice(start, end);
}

function isWhiteSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  // Fast path: printable ASCII is the usual case, and never white space.
  return (code <= 0x20 || code >= 0x7f) && WHITE_SPACE.test(text.charAt(at));
}

// Compares bytes with character codes: the contract's field names are ASCII.
function isNamed(field: Uint8Array, name: string): boolean {
  if (field.length !== name.length) return false;
  for (let at = 0; at < name.length; at += 1) if (field[at] !== name.charCodeAt(at)) return false;
  return true;
}

// Unlike TextDecoder's default, this keeps a leading U+FEFF: it is part of the value, not a mark of the encoding.
function decodeUtf8(bytes: Uint8Array): string | null {
  return isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8') : null;
}
