const MAX_BYTES = 512;
const MAX_INPUT = 4096;
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

const SECRET_WORD = 'passw(?:or)?d|secret|token|signature|credential|cookie|authorization|registry-auth|(?:api|access|private)[_-]?key';
const SECRET_NAME = `(?<![\\w-])([\\w-]*(?:${SECRET_WORD})[\\w-]*["']?\\s*[=:]\\s*)`;
const SECRET_VALUE = '(?:(?:basic|bearer|digest)\\s+)?(?:"[^"]*"?|\'[^\']*\'?|\\S+)';

// A password may hold an @, and some hold a slash; digits before a slash are a port.
const LOGIN: readonly [RegExp, string] = [/(?<![a-z0-9+.-])([a-z0-9+.-]+:\/\/)(?:[^\s/@:]*:(?!\d+\/)[^\s"'<>]*|[^\s/?#]*)@/gi, '$1***@'];

// In this order: logins in URLs, values that are named as secrets, tokens of known shapes, file system paths.
const MASKS: readonly (readonly [RegExp, string])[] = [
  LOGIN,
  [new RegExp(SECRET_NAME + SECRET_VALUE, 'gi'), '$1***'],
  [/\b([Bb]asic|[Bb]earer) +(?=\S*[\dA-Z=])[\w.~+/=-]{8,}/g, '$1 ***'],
  [/\b(?:gh[oprsu]_|github_pat_|glpat-|dckr_pat_|eyJ[\w-]+\.)[\w.-]+/g, '***'],
  [/\b(?:unix|file):\/\/\/[^\s'")]*/gi, '<path>'],
  [/(?<![\w/.-])\/(?:[^\s/:,;'"()<>]+\/)+[^\s/:,;'"()<>]*/g, '<path>'],
];

/**
 * Makes a text fit for a result's `error_message`: one line, no credentials, no file system paths, at most 512 bytes of UTF-8 (cut
 * between characters). Text from containers and servers is only data: it can't add a line or a field. It masks what it can
 * recognise: logins in URLs, values named as secrets, tokens of known shapes, absolute paths.
 */
export function errorMessage(text: string): string {
  const line = firstWords(text.trimStart()).replace(CONTROL, ' ').trim();
  return cut(MASKS.reduce((masked, [pattern, mask]) => masked.replace(pattern, mask), line));
}

/** Masks user names and passwords in the URLs of a text, and changes nothing else. */
export function withoutLogins(text: string): string {
  return text.replace(...LOGIN);
}

// Limits the time that the patterns need. Cuts between words, because a secret that is cut in half would not be recognised.
function firstWords(text: string): string {
  if (text.length <= MAX_INPUT) return text;
  const end = text.slice(0, MAX_INPUT).search(/\s\S*$/);
  return end < 0 ? '<unreadable>' : text.slice(0, end);
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
