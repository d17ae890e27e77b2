import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import type { ImageRecipe, LayerName } from './engine-images.js';
import type { Layer } from './layer-cache.js';

/** An image ready to be loaded or served: its configuration, whose digest is the image's id, and its layers. */
export interface Image {
  readonly ref: string;
  readonly id: string;
  /** The image configuration as JSON (OCI image specification, "Image Configuration"). */
  readonly config: string;
  readonly layers: readonly Layer[];
}

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** The processor of this machine, as images name it. */
const architecture = architectures[process.arch] ?? process.arch;

/** Makes an image from its recipe, on top of the layers in `below`. Its user 65532:65532 owns only `/app`, `/data` and `/tmp`. */
export async function composeImage(
  recipe: ImageRecipe,
  available: Readonly<Record<LayerName, Layer>>,
  below: readonly Layer[] = [],
): Promise<Image> {
  const layers = [...below, ...recipe.layers.map((name) => available[name])];
  const config = JSON.stringify({
    architecture,
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: {
      User: '65532:65532',
      Env: Object.entries({ PATH: '/usr/bin', NODE_ENV: 'production', ...recipe.env }).map(([name, value]) => `${name}=${value}`),
      Entrypoint: recipe.entrypoint ?? [await realpath(process.execPath), '/app/main.js'],
      WorkingDir: '/',
      ExposedPorts: { '8080/tcp': {} },
      StopSignal: 'SIGTERM',
      // Without it, two versions of an image would be the same image.
      Labels: { 'org.opencontainers.image.ref.name': recipe.ref },
    },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.digest) },
    history: layers.map(() => ({ created: '1970-01-01T00:00:00Z' })),
  });
  return { ref: recipe.ref, id: `sha256:${createHash('sha256').update(config).digest('hex')}`, config, layers };
}
