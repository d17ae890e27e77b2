import { createHash } from 'node:crypto';
import type { Image } from '../../images/image-archive.js';

/** A platform as images name it, e.g. `{ os: 'linux', architecture: 's390x' }`. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
}

/** A manifest, configuration or layer in a registry. */
export interface Stored {
  readonly type: string;
  readonly digest: string;
  readonly size: number;
  /** Its text, or the path of its file. */
  readonly content: string | { readonly path: string };
}

/** One image in a registry. */
export interface PublishedImage {
  /** The digest that its tag points to. */
  readonly digest: string;
  /** What the registry serves at a path of its API, e.g. `/v2/games/engine/manifests/1.0.0`. */
  find(path: string): Stored | undefined;
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

/** Publishes an image as `repository:tag`. With a platform, an index offers it for this platform only. */
export function publishedImage(image: Image, as: string, platform?: Platform): PublishedImage {
  const [repository = '', tag = 'latest'] = as.split(':');
  const config = storedText('application/vnd.oci.image.config.v1+json', image.config);
  const layers = image.layers.map(({ path, digest, size }) => {
    return { type: 'application/vnd.oci.image.layer.v1.tar', digest, size, content: { path } };
  });
  const manifest = storedText(manifestType, manifestOf(config, layers));
  const index = platform && storedText(indexType, indexOf(manifest, platform));
  const top = index ?? manifest;
  const byPath = new Map<string, Stored>([[`/v2/${repository}/manifests/${tag}`, top]]);
  for (const stored of [top, manifest]) byPath.set(`/v2/${repository}/manifests/${stored.digest}`, stored);
  for (const stored of [config, ...layers]) byPath.set(`/v2/${repository}/blobs/${stored.digest}`, stored);
  return { digest: top.digest, find: (path) => byPath.get(path) };
}

function manifestOf(config: Stored, layers: readonly Stored[]): string {
  return JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config: described(config), layers: layers.map(described) });
}

function indexOf(manifest: Stored, platform: Platform): string {
  return JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: [{ ...described(manifest), platform }] });
}

function described({ type, digest, size }: Stored): { readonly mediaType: string; readonly digest: string; readonly size: number } {
  return { mediaType: type, digest, size };
}

function storedText(type: string, content: string): Stored {
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
  return { type, digest, size: Buffer.byteLength(content), content };
}
