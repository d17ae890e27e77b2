/** The parts of an image reference. The digest decides which image runs; without a digest, the tag does. */
export interface ImageReference {
  /** Registry host, with its port if any; `docker.io` when the text names none. */
  readonly registry: string;
  /** Repository path below the registry, for example `library/redis`. */
  readonly repository: string;
  /** The tag, or null when the text has only a digest. */
  readonly tag: string | null;
  /** The digest, for example `sha256:…`, or null. It wins over a tag. */
  readonly digest: string | null;
}

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
 * Parses an image reference by the grammar that all container engines use, but more strictly: a tag or a digest is required,
 * because the image behind an implicit `latest` changes; the registry must be a host name or an IPv4 address; and the digest must be
 * sha256 or sha512.
 */
export function parseImageReference(text: string): ImageReferenceCheck {
  if (text.length > MAX_LENGTH) return malformed(`longer than ${String(MAX_LENGTH)} characters`);
  const at = text.indexOf('@');
  const digest = at < 0 ? null : text.slice(at + 1);
  const { name, tag } = splitTag(at < 0 ? text : text.slice(0, at));
  if (digest !== null && !DIGEST.test(digest)) return malformed('the digest is not sha256 or sha512 in lower-case hex');
  if (tag !== null && !TAG.test(tag)) return malformed('the tag has characters that are not allowed');
  if (tag === null && digest === null) return malformed('a tag or a digest is required');
  return parseName(name, tag, digest);
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
