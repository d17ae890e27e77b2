import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { demoEngineMain } from '@galaxy/demo-engine';
import { run } from '../servers/processes/run.js';
import { createWorkDir } from '../servers/processes/work-dir.js';
import type { LayerName } from './engine-images.js';
import type { Layer } from './layer-cache.js';
import { cachedLayer, describeLayer } from './layer-cache.js';
import { sleepForEver } from './tiny-program.js';

/** Every layer of the engine images, built or from the cache. */
export async function engineLayers(): Promise<Readonly<Record<LayerName, Layer>>> {
  const [node, app, tiny] = await Promise.all([nodeLayer(), appLayer(), tinyLayer()]);
  return { node, app, tiny };
}

// Without times and names of this machine, equal content gives an equal archive, and so an equal digest.
const reproducible = ['--sort=name', '--mtime=@0', '--numeric-owner'];
const owner = (id: number): readonly string[] => [`--owner=${id}`, `--group=${id}`];

/** This very Node.js with the shared libraries it loads, each at its path of this machine. */
async function nodeLayer(): Promise<Layer> {
  const node = await realpath(process.execPath);
  const files = [node, ...(await sharedLibraries(node))].map((path) => path.slice(1));
  return cachedLayer('node', `${process.version} ${process.arch} ${files.join(' ')}`, async (path) => {
    await run('tar', ['-cf', path, '-C', '/', '--dereference', '--hard-dereference', ...reproducible, ...owner(0), ...files]);
  });
}

/** Paths of the libraries that `ldd` tells; none for a static program, for which it fails. */
async function sharedLibraries(program: string): Promise<readonly string[]> {
  const listed = await run('ldd', [program]).catch(() => '');
  return [...listed.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].flatMap(([, path]) => path ?? []);
}

/** The demo engine in `/app`, and the directories it may write to, all owned by the user it runs as. */
async function appLayer(): Promise<Layer> {
  const modules = await engineModules();
  return cachedLayer('app', JSON.stringify([...modules]), (path) => {
    return inStage(async (stage) => {
      for (const name of ['app', 'data', 'tmp']) await mkdir(join(stage, name), { mode: 0o755 });
      await chmod(join(stage, 'tmp'), 0o1777);
      await writeFile(join(stage, 'app', 'package.json'), '{"type":"module"}');
      for (const [name, code] of modules) await writeFile(join(stage, 'app', name), code);
      await run('tar', ['-cf', path, '-C', stage, ...reproducible, ...owner(65532), 'app', 'data', 'tmp']);
    });
  });
}

async function tinyLayer(): Promise<Layer> {
  const program = sleepForEver();
  return cachedLayer('tiny', program.toString('hex'), (path) => {
    return inStage(async (stage) => {
      await writeFile(join(stage, 'sleep-for-ever'), program, { mode: 0o755 });
      await run('tar', ['-cf', path, '-C', stage, ...reproducible, ...owner(0), 'sleep-for-ever']);
    });
  });
}

/** A small layer unlike any other, written to a path: an image that begins with it has no layer in common with another. */
export async function uniqueLayer(path: string): Promise<Layer> {
  await inStage(async (stage) => {
    await writeFile(join(stage, 'unique'), randomBytes(16).toString('hex'));
    await run('tar', ['-cf', path, '-C', stage, ...reproducible, ...owner(0), 'unique']);
  });
  return describeLayer(path);
}

/** The demo engine's modules as JavaScript by file name: those of its build, or its sources transpiled when it has none. */
async function engineModules(): Promise<ReadonlyMap<string, string>> {
  const dir = dirname(fileURLToPath(demoEngineMain));
  const names = (await readdir(dir)).filter((name) => /^[^.]+\.(js|ts)$/.test(name)).sort();
  const sources = await Promise.all(names.map(async (name) => [name, await readFile(join(dir, name), 'utf8')] as const));
  const modules = demoEngineMain.pathname.endsWith('.ts') ? await transpiled(sources) : sources;
  return new Map(modules);
}

async function transpiled(sources: readonly (readonly [string, string])[]): Promise<readonly (readonly [string, string])[]> {
  const { default: typescript } = await import('typescript');
  const compilerOptions = { target: typescript.ScriptTarget.ES2022, module: typescript.ModuleKind.ESNext, verbatimModuleSyntax: true };
  return sources.map(([name, source]) => {
    return [name.replace(/\.ts$/, '.js'), typescript.transpileModule(source, { compilerOptions }).outputText];
  });
}

async function inStage(act: (stage: string) => Promise<void>): Promise<void> {
  const stage = await createWorkDir('stage');
  try {
    await act(stage);
  } finally {
    await rm(stage, { recursive: true });
  }
}
