import { spawn } from 'node:child_process';
import { rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { DockerApi } from '../servers/docker/docker-api.js';
import { createWorkDir } from '../servers/processes/work-dir.js';
import { imageRecipes } from './engine-images.js';
import type { Image } from './image-archive.js';
import { composeImage } from './image-archive.js';
import { engineLayers } from './layers.js';

/** Makes every image of `engineImages`, without loading it into an engine. */
export async function composeEngineImages(): Promise<readonly Image[]> {
  const layers = await engineLayers();
  return Promise.all(imageRecipes.map((recipe) => composeImage(recipe, layers)));
}

/**
 * Loads every image of `engineImages` that an engine does not have yet, as one archive in the format of `docker save`, without a
 * registry. The images share their layers, so each variant adds only its configuration. Rejects with the engine's message when it
 * refuses the archive.
 */
export async function buildEngineImages(engine: DockerApi): Promise<void> {
  const images = await composeEngineImages();
  const present = await Promise.all(images.map((image) => isPresent(engine, image)));
  const missing = images.filter((_, index) => present[index] !== true);
  if (missing.length > 0) await load(engine, missing);
}

async function isPresent(engine: DockerApi, image: Image): Promise<boolean> {
  const { status, body } = await engine.call({ method: 'GET', path: `/images/${image.ref}/json` });
  return status === 200 && (JSON.parse(body) as { readonly Id: string }).Id === image.id;
}

async function load(engine: DockerApi, images: readonly Image[]): Promise<void> {
  const stage = await createWorkDir('stage');
  try {
    await writeArchive(stage, images);
    // tar follows the links, so the layers go from the cache into the request without a copy.
    const tar = spawn('tar', ['-cf', '-', '--dereference', '-C', stage, '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const { status, body } = await engine.call({ method: 'POST', path: '/images/load?quiet=1', tar: tar.stdout, timeoutMs: 120_000 });
    // If the engine fails in the middle, the error is in the body of a 200.
    if (status !== 200 || body.includes('"errorDetail"')) throw new Error(`the engine refused the images: ${status} ${body.trim()}`);
  } finally {
    await rm(stage, { recursive: true });
  }
}

async function writeArchive(stage: string, images: readonly Image[]): Promise<void> {
  const manifest = images.map(({ ref, id, layers }) => ({
    Config: configName(id),
    RepoTags: [ref],
    Layers: layers.map((layer) => basename(layer.path)),
  }));
  await writeFile(join(stage, 'manifest.json'), JSON.stringify(manifest));
  await Promise.all(images.map(({ id, config }) => writeFile(join(stage, configName(id)), config)));
  const paths = new Set(images.flatMap((image) => image.layers.map((layer) => layer.path)));
  await Promise.all([...paths].map((path) => symlink(path, join(stage, basename(path)))));
}

function configName(id: string): string {
  return `${id.slice('sha256:'.length)}.json`;
}
