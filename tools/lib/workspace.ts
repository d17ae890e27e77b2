import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The part of a package.json that the checks read. */
export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
}

/** One package of the workspace: its folder, relative to the root, and its manifest. */
export interface WorkspacePackage {
  readonly dir: string;
  readonly manifest: Manifest;
}

const PARENTS = ['packages', 'packages/adapters', 'apps'];

/** Every package of the workspace but the tools, in the order of the folders. */
export function workspacePackages(): WorkspacePackage[] {
  return PARENTS.flatMap((parent) => readdirSync(join(ROOT, parent)).map((name) => `${parent}/${name}`))
    .filter((dir) => existsSync(join(ROOT, dir, 'package.json')))
    .sort()
    .map((dir) => ({ dir, manifest: JSON.parse(readFileSync(join(ROOT, dir, 'package.json'), 'utf8')) as Manifest }));
}

/** The path of a program that a development dependency brought. */
export function binary(name: string): string {
  return join(ROOT, 'node_modules/.bin', name);
}

/** The files below `under` that git knows or would add, relative to the root: builds and installed packages are not among them. */
export function sourceFiles(...under: string[]): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--', ...under], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return [...new Set(listed.split('\0'))].filter((path) => path !== '' && existsSync(join(ROOT, path))).sort();
}

/** Prints the problems found and makes the process fail, or prints the one line that says all is well. */
export function report(problems: readonly string[], whenFine: string): void {
  for (const problem of problems) console.error(`✗ ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`✓ ${whenFine}`);
}
