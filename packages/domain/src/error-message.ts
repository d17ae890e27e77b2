const MAX_BYTES = 512;
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;
const CREDENTIALS = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;
const SECRET = /\b((?:password|passwd|secret|token|authorization|bearer)\s*[=:]\s*)\S+/gi;
const FILE_PATH = /(?<![\w/.:-])\/(?:[\w.@+-]+\/)+[\w.@+-]*/g;

/**
 * Makes a text fit for a result's `error_message`: one line, no credentials in URLs, no file system paths, at most 512
 * bytes of UTF-8 (cut between characters). Text of containers and servers is data: it can't forge a line or a field.
 */
export function errorMessage(text: string): string {
  const line = text.replace(CONTROL, ' ').replace(CREDENTIALS, '$1***@').replace(SECRET, '$1***').replace(FILE_PATH, '<path>').trim();
  return cut(line);
}

function cut(text: string): string {
  let bytes = 0;
  let kept = '';
  for (const character of text.toWellFormed()) {
    bytes += utf8Length(character.codePointAt(0) ?? 0);
    if (bytes > MAX_BYTES) return kept;
    kept += character;
  }
  return kept;
}

function utf8Length(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}
