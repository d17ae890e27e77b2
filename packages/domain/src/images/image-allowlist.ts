import { type ImageReference, imageName, parseImageReference } from './image-reference.js';

/**
 * Returns whether an image is allowed. A pattern is text in which `*` stands for any characters. It is compared with the full form
 * `registry/repository:tag@digest`, and for Docker Hub images also with the short form that people write (`galaxy/engine:1`). The
 * part of a pattern before its first `/` matches only the registry (or the account): `*.example.com/*` does not allow
 * `evil.test/a.example.com/x:1`. A pattern without `/` is for official images (`redis:7*`), unless it starts with `*`: `*` allows
 * all images, `*@sha256:*` all that are pinned by a digest.
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
  // A short form is used only if it means this image: library/a.test/x is not a.test/x.
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

// Matches piece by piece, in linear time. A regular expression built from the pattern could be made to backtrack for very long.
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
