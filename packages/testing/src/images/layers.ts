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

/** All layers of the engine images, newly built or from the cache. */
export async function engineLayers(): Promise<Readonly<Record<LayerName, Layer>>> {
  const [node, app, tiny] = await Promise.all([nodeLayer(), appLayer(), tinyLayer()]);
  return { node, app, tiny };
}

// Without times and user names of this machine, the same content gives the same archive and the same digest.
const reproducible = ['--sort=name', '--mtime=@0', '--numeric-owner'];
const owner = (id: number): readonly string[] => [`--owner=${id}`, `--group=${id}`];

/** The Node.js of this process with its shared libraries, each at its path on this machine. */
async function nodeLayer(): Promise<Layer> {
  const node = await realpath(process.execPath);
  const files = [node, ...(await sharedLibraries(node))].map((path) => path.slice(1));
  return cachedLayer('node', `${process.version} ${process.arch} ${files.join(' ')}`, async (path) => {
    await run('tar', ['-cf', path, '-C', '/', '--dereference', '--hard-dereference', ...reproducible, ...owner(0), ...files]);
  });
}

/** The paths of the libraries that `ldd` lists; none for a static program, for which `ldd` fails. */
async function sharedLibraries(program: string): Promise<readonly string[]> {
  const listed = await run('ldd', [program]).catch(() => '');
  return [...listed.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].flatMap(([, path]) => path ?? []);
}

/** The demo engine in `/app`, and the directories that it may write to. Its user owns all of them. */
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

/** Writes a small unique layer to a path. An image that begins with it has no layer in common with another image. */
export async function uniqueLayer(path: string): Promise<Layer> {
  await inStage(async (stage) => {
    await writeFile(join(stage, 'unique'), randomBytes(16).toString('hex'));
    await run('tar', ['-cf', path, '-C', stage, ...reproducible, ...owner(0), 'unique']);
  });
  return describeLayer(path);
}

/** The modules of the demo engine as JavaScript, by file name: its build, or its transpiled sources if there is no build. */
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
