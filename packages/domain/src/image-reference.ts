/** An image reference taken apart. `name` is the full form, registry first; exactly one of tag and digest decides what is run. */
export interface ImageReference {
  /** Registry host, with its port if any; `docker.io` when the text names none. */
  readonly registry: string;
  /** Repository path below the registry, for example `library/redis`. */
  readonly repository: string;
  /** The tag, or null when the text carries only a digest. */
  readonly tag: string | null;
  /** The digest, for example `sha256:…`, or null. It wins over a tag. */
  readonly digest: string | null;
}

/** What {@link parseImageReference} answers. */
export type ImageReferenceCheck = { kind: 'valid'; reference: ImageReference } | { kind: 'malformed'; reason: string };

// The grammar of https://pkg.go.dev/github.com/distribution/reference, in three pieces.
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const PATH = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const REGISTRY = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::\d{1,5})?$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$|^sha512:[0-9a-f]{128}$/;
const MAX_LENGTH = 512;
const MAX_NAME_LENGTH = 255;

const malformed = (reason: string): ImageReferenceCheck => ({ kind: 'malformed', reason });

/**
 * Takes an image reference apart by the grammar every container engine uses. Stricter on purpose: a tag or a digest is
 * required, since an implicit `latest` runs something else tomorrow; a registry is named by host name or IPv4 address;
 * and a digest is sha256 or sha512.
 */
export function parseImageReference(text: string): ImageReferenceCheck {
  if (text.length > MAX_LENGTH) return malformed(`longer than ${String(MAX_LENGTH)} characters`);
  const [beforeDigest = '', digest, ...extra] = text.split('@');
  if (extra.length > 0) return malformed('more than one @');
  if (digest !== undefined && !DIGEST.test(digest)) return malformed('the digest is not sha256 or sha512 in lower-case hex');
  const { name, tag } = splitTag(beforeDigest);
  if (tag !== null && !TAG.test(tag)) return malformed('the tag has characters that are not allowed');
  if (tag === null && digest === undefined) return malformed('a tag or a digest is required');
  return parseName(name, tag, digest ?? null);
}

// A colon before the last slash belongs to the registry's port.
function splitTag(text: string): { name: string; tag: string | null } {
  const colon = text.indexOf(':', text.lastIndexOf('/') + 1);
  return colon < 0 ? { name: text, tag: null } : { name: text.slice(0, colon), tag: text.slice(colon + 1) };
}

function parseName(name: string, tag: string | null, digest: string | null): ImageReferenceCheck {
  const { registry, path } = splitRegistry(name);
  const repository = registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path;
  if (!REGISTRY.test(registry)) return malformed('the registry is not a host name');
  if (!PATH.test(repository)) return malformed('the repository has characters that are not allowed');
  if (`${registry}/${repository}`.length > MAX_NAME_LENGTH)
    return malformed(`the name is longer than ${String(MAX_NAME_LENGTH)} characters`);
  return { kind: 'valid', reference: { registry, repository, tag, digest } };
}

// The first component is a registry only if it could not be a Docker Hub account: it has a dot or a port, or is localhost.
function splitRegistry(name: string): { registry: string; path: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, slash);
  const isRegistry = slash > 0 && (/[.:A-Z]/.test(first) || first === 'localhost');
  if (!isRegistry) return { registry: 'docker.io', path: name };
  return { registry: first === 'index.docker.io' ? 'docker.io' : first, path: name.slice(slash + 1) };
}

/** The full name without tag or digest, `registry/repository`. */
export function imageName(reference: ImageReference): string {
  return `${reference.registry}/${reference.repository}`;
}

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
