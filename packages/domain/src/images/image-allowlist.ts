import { type ImageReference, imageName, parseImageReference } from './image-reference.js';

/**
 * Tells whether an image is allowed. A pattern is text with `*` for any characters; it is held against the full form
 * `registry/repository:tag@digest`, and for Docker Hub images also against the short form people write (`galaxy/engine:1`).
 * What a pattern says before its first `/` speaks of the registry (or the account) alone: `*.example.com/*` does not
 * allow `evil.test/a.example.com/x:1`. A pattern without any `/` is for official images (`redis:7*`), unless it starts
 * with `*`: `*` allows all, `*@sha256:*` all that are pinned.
 */
export function isImageAllowed(reference: ImageReference, patterns: readonly string[]): boolean {
  const forms = spellings(reference);
  return patterns.some((pattern) => forms.some((form) => allows(pattern, form)));
}

function spellings(reference: ImageReference): string[] {
  const suffix = (reference.tag === null ? '' : `:${reference.tag}`) + (reference.digest === null ? '' : `@${reference.digest}`);
  const full = imageName(reference) + suffix;
  if (reference.registry !== 'docker.io') return [full];
  const short = reference.repository + suffix;
  // A short form counts only if it means this very image: library/a.test/x is not a.test/x.
  const means = (form: string) => nameOf(form) === imageName(reference);
  return [full, ...[short, short.replace(/^library\//, '')].filter(means)];
}

function nameOf(text: string): string | null {
  const check = parseImageReference(text);
  return check.kind === 'valid' ? imageName(check.reference) : null;
}

function allows(pattern: string, form: string): boolean {
  const [patternHead, patternRest] = splitAtSlash(pattern);
  const [formHead, formRest] = splitAtSlash(form);
  if (patternRest === null && pattern.startsWith('*')) return matches(pattern, form);
  if (patternRest === null || formRest === null) return patternRest === formRest && matches(pattern, form);
  return matches(patternHead, formHead) && matches(patternRest, formRest);
}

function splitAtSlash(text: string): [head: string, rest: string | null] {
  const slash = text.indexOf('/');
  return slash < 0 ? [text, null] : [text.slice(0, slash), text.slice(slash + 1)];
}

// Greedy matching piece by piece: linear, where a regular expression built from the pattern could be made to backtrack.
function matches(pattern: string, text: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return pattern === text;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const piece of others) {
    const found = text.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}
