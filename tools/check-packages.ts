// Packs every published library as it would be published and looks at it as a stranger does: run `npm run build` first.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { importedPackages } from './lib/imported-packages.js';
import { manifestProblems } from './lib/manifest-problems.js';
import { complaints, packLibrary, publishedLibraries } from './lib/published.js';
import { binary, type Manifest, ROOT, report, type WorkspacePackage } from './lib/workspace.js';

/** A library as it lies in a stranger's node_modules. */
interface Packed extends WorkspacePackage {
  readonly tarball: string;
  readonly installed: string;
}

function pack(library: WorkspacePackage, home: string): Packed {
  const tarball = packLibrary(library, join(home, 'tarballs'));
  const installed = join(home, 'node_modules', library.manifest.name);
  mkdirSync(installed, { recursive: true });
  spawnSync('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
  return { ...library, tarball, installed };
}

/** Gives the stranger what the library asks for beside our own libraries. */
function installNeeds({ dir, manifest }: WorkspacePackage, home: string): void {
  const needs = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter((name) => !name.startsWith('@galaxy/'));
  for (const name of needs) link(join(ROOT, dir, 'node_modules', name), home, name);
}

function link(target: string, home: string, name: string): void {
  const path = join(home, 'node_modules', name);
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  symlinkSync(realpathSync(target), path);
}

function problemsOf({ manifest, tarball, installed }: Packed, published: ReadonlySet<string>, home: string): string[] {
  const shipped = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Manifest;
  return [
    ...manifestProblems(shipped, published),
    ...undeclared(shipped, join(installed, 'dist')),
    ...['README.md', 'LICENSE'].filter((file) => !existsSync(join(installed, file))).map((file) => `${manifest.name} ships no ${file}`),
    ...complaints(home, binary('publint'), 'run', '--strict', tarball),
    ...complaints(home, binary('attw'), tarball, '--profile', 'esm-only', '--no-color', '--no-emoji'),
    ...complaints(home, process.execPath, '--input-type=module', '--eval', `await import('${manifest.name}')`),
  ];
}

/** Imports of what ships, its types included, that its manifest does not declare. */
function undeclared(shipped: Manifest, dist: string): string[] {
  const declared = Object.keys({ ...shipped.dependencies, ...shipped.peerDependencies });
  return (readdirSync(dist, { recursive: true }) as string[])
    .filter((file) => /\.(js|d\.ts)$/.test(file))
    .flatMap((file) => importedPackages(readFileSync(join(dist, file), 'utf8')).map((name) => ({ file, name })))
    .filter(({ name }) => !declared.includes(name))
    .map(({ file, name }) => `${shipped.name} imports ${name} in dist/${file} and does not declare it`);
}

/** The types of all libraries, checked to the last declaration with nothing installed but what they declare, and Node's own. */
function problemsOfTypes(packed: readonly Packed[], home: string): string[] {
  link(join(ROOT, 'node_modules/@types/node'), home, '@types/node');
  const names = packed.map(({ manifest }) => manifest.name);
  writeFileSync(join(home, 'all.mts'), names.map((name, at) => `export * as library${at} from '${name}';\n`).join(''));
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
  // Only what is ours: of vitest's declarations some need a browser.
  return complaints(home, binary('tsc'), ...options, 'all.mts')
    .flatMap((text) => text.split('\n'))
    .filter((line) => /^(all\.mts|node_modules\/@galaxy)/.test(line));
}

const home = mkdtempSync(join(tmpdir(), 'galaxy-packages-'));
try {
  const libraries = publishedLibraries();
  const published = new Set(libraries.map(({ manifest }) => manifest.name));
  const packed = libraries.map((library) => pack(library, home));
  for (const library of libraries) installNeeds(library, home);
  const problems = libraries.length === 0 ? ['no library is published'] : packed.flatMap((library) => problemsOf(library, published, home));
  report([...problems, ...problemsOfTypes(packed, home)], `${libraries.length} libraries are fit to be published`);
} finally {
  rmSync(home, { recursive: true });
}
