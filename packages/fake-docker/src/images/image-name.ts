/** The parts of an image name: its full repository, and its tag or digest with the character before it. */
export interface ImageName {
  readonly repository: string;
  readonly suffix: string;
}

const FORM = /^(?<name>[^@]+?)(?<tag>:[\w][\w.-]{0,127})?(?<digest>@sha256:[0-9a-f]{64})?$/;
const PART = /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*$/;

/** Splits a name as the daemon does. `docker.io` and `library` may be left out, and the default tag is `latest`. Null for an invalid name. */
export function imageNameOf(text: string): ImageName | null {
  const { name = '', tag = ':latest', digest } = FORM.exec(text)?.groups ?? {};
  const [host, path] = hostAndPath(name.split('/'));
  if (!path.every((part) => PART.test(part))) return null;
  const library = host === 'docker.io' && path.length === 1 ? ['library'] : [];
  return { repository: [host, ...library, ...path].join('/'), suffix: digest ?? tag };
}

// A first part with a dot or a port is a registry's host.
function hostAndPath([first = '', ...rest]: readonly string[]): readonly [host: string, path: readonly string[]] {
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return hasHost ? [first, rest] : ['docker.io', [first, ...rest]];
}

/** The name as the daemon shows it: without `docker.io` and `library`. */
export function shownName({ repository, suffix }: ImageName): string {
  return repository.replace(/^docker\.io\/(?:library\/)?/, '') + suffix;
}
