// Packs every published library as it would be published and looks at it as a stranger does: run `npm run build` first.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { manifestProblems } from './lib/manifest-problems.js';
import { binary, type Manifest, ROOT, report, type WorkspacePackage, workspacePackages } from './lib/workspace.js';

/** A library as it lies in a stranger's node_modules. */
interface Packed extends WorkspacePackage {
  readonly tarball: string;
  readonly installed: string;
}

/** What a program said if it failed, nothing if it did not. */
function complaints(cwd: string, command: string, ...args: string[]): string[] {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  return status === 0 ? [] : [`${[command.replace(`${ROOT}node_modules/.bin/`, ''), ...args].join(' ')}\n${stdout}${stderr}`];
}

function pack(library: WorkspacePackage, home: string): Packed {
  const packed = join(home, 'tarballs', library.manifest.name);
  mkdirSync(packed, { recursive: true });
  const failures = complaints(join(ROOT, library.dir), binary('pnpm'), 'pack', '--pack-destination', packed);
  if (failures.length > 0) throw new Error(failures.join('\n'));
  const tarball = join(packed, readdirSync(packed).find((name) => name.endsWith('.tgz')) ?? '');
  const installed = join(home, 'node_modules', library.manifest.name);
  mkdirSync(installed, { recursive: true });
  spawnSync('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
  return { ...library, tarball, installed };
}

/** Gives the stranger what the library asks for beside our own libraries. */
function installNeeds({ dir, manifest }: WorkspacePackage, home: string): void {
  const needs = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter((name) => !name.startsWith('@galaxy/'));
  for (const name of needs) {
    const link = join(home, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    rmSync(link, { force: true });
    symlinkSync(realpathSync(join(ROOT, dir, 'node_modules', name)), link);
  }
}

function problemsOf({ manifest, tarball, installed }: Packed, published: ReadonlySet<string>, home: string): string[] {
  const shipped = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Manifest;
  return [
    ...manifestProblems(shipped, published),
    ...['README.md', 'LICENSE'].filter((file) => !existsSync(join(installed, file))).map((file) => `${manifest.name} ships no ${file}`),
    ...complaints(home, binary('publint'), 'run', '--strict', tarball),
    ...complaints(home, binary('attw'), tarball, '--profile', 'esm-only', '--no-color', '--no-emoji'),
    ...complaints(home, process.execPath, '--input-type=module', '--eval', `await import('${manifest.name}')`),
  ];
}

const home = mkdtempSync(join(tmpdir(), 'galaxy-packages-'));
try {
  const libraries = workspacePackages().filter(({ manifest }) => manifest.private !== true);
  const published = new Set(libraries.map(({ manifest }) => manifest.name));
  const packed = libraries.map((library) => pack(library, home));
  for (const library of libraries) installNeeds(library, home);
  const problems = libraries.length === 0 ? ['no library is published'] : packed.flatMap((library) => problemsOf(library, published, home));
  report(problems, `${libraries.length} libraries are fit to be published`);
} finally {
  rmSync(home, { recursive: true });
}
