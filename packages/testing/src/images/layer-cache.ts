import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** One layer of an image: an uncompressed tar archive. */
export interface Layer {
  readonly path: string;
  /** `sha256:…` of the archive. */
  readonly digest: string;
  readonly size: number;
}

/**
 * The layer that `build` writes to the given path. It is kept in the system's temporary directory, and later runs use it as long as
 * `key` stays the same. Runs that build the same layer at the same time do not disturb each other: each one writes its own file
 * and renames it.
 */
export async function cachedLayer(name: string, key: string, build: (path: string) => Promise<void>): Promise<Layer> {
  const dir = await cacheDir();
  const base = join(dir, `${name}-${createHash('sha256').update(key).digest('hex').slice(0, 16)}`);
  return (await readCached(base)) ?? (await buildCached(base, build));
}

/** Each user has a directory that others cannot write to, because root starts the programs in it. */
async function cacheDir(): Promise<string> {
  const uid = process.getuid?.() ?? 0;
  const dir = join(tmpdir(), `galaxy-layers-${uid}`);
  await mkdir(dir, { mode: 0o700, recursive: true });
  if ((await stat(dir)).uid !== uid) throw new Error(`${dir} belongs to another user`);
  return dir;
}

async function readCached(base: string): Promise<Layer | undefined> {
  const path = `${base}.tar`;
  const [described, size] = await Promise.all([readFile(`${base}.json`, 'utf8').catch(() => undefined), sizeOf(path)]);
  if (described === undefined) return undefined;
  const layer = JSON.parse(described) as { readonly digest: string; readonly size: number };
  return layer.size === size ? { path, ...layer } : undefined;
}

async function buildCached(base: string, build: (path: string) => Promise<void>): Promise<Layer> {
  const temporary = `${base}.${randomBytes(6).toString('hex')}`;
  try {
    await build(temporary);
    const { digest, size } = await describeLayer(temporary);
    await rename(temporary, `${base}.tar`);
    await writeFile(temporary, JSON.stringify({ digest, size }));
    await rename(temporary, `${base}.json`);
    return { path: `${base}.tar`, digest, size };
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Digest and size of a tar archive. */
export async function describeLayer(path: string): Promise<Layer> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return { path, digest: `sha256:${hash.digest('hex')}`, size: (await stat(path)).size };
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}
