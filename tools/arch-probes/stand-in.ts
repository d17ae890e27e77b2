import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT, workspacePackages } from '../lib/workspace.js';
import type { Probe } from './probes.js';

/** A workspace of the same packages with next to nothing in them, so that what is refused is refused because of the probe. */
export function plantWorkspace(): string {
  const root = mkdtempSync(join(tmpdir(), 'galaxy-arch-'));
  for (const file of ['package.json', 'tsconfig.json', 'tsconfig.base.json']) cpSync(join(ROOT, file), join(root, file));
  for (const { dir } of workspacePackages()) plantPackage(root, dir);
  linkModules(root);
  return root;
}

/** Writes the probe's files under names of their own, and answers their paths. */
export function plantProbe(root: string, { files }: Probe, number: number): string[] {
  const rename = (text: string): string => text.replaceAll(/\bprobe(?=\.(?:ts|js|test\.ts)\b)/g, `probe-${number}`);
  return Object.entries(files).map(([path, source]) => {
    write(join(root, rename(path)), rename(source));
    return rename(path);
  });
}

function plantPackage(root: string, dir: string): void {
  const door = 'export const door = 1;\nexport type Door = 1;\n';
  write(join(root, dir, 'src/index.ts'), door);
  write(join(root, dir, 'src/inner.ts'), 'export const inner = 1;\n');
  write(join(root, dir, 'dist/index.js'), door);
  cpSync(join(ROOT, dir, 'package.json'), join(root, dir, 'package.json'));
  const modules = join(ROOT, dir, 'node_modules');
  // Links are relative, so a package's @galaxy neighbours are those of the stand-in.
  if (existsSync(modules)) cpSync(modules, join(root, dir, 'node_modules'), { recursive: true, verbatimSymlinks: true });
}

/** Makes every package resolvable from everywhere: a rule must refuse an import even after someone declared it. */
function linkModules(root: string): void {
  const modules = join(root, 'node_modules');
  mkdirSync(join(modules, '@galaxy'), { recursive: true });
  for (const { dir, manifest } of workspacePackages()) symlinkSync(join(root, dir), join(modules, manifest.name));
  for (const name of ['.pnpm', ...readdirSync(join(ROOT, 'node_modules')).filter((entry) => !entry.startsWith('.'))]) {
    if (!existsSync(join(modules, name))) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  for (const name of ['zod', 'ioredis', 'pino']) linkAnywhere(modules, name);
}

function linkAnywhere(modules: string, name: string): void {
  const owner = workspacePackages().find(({ dir }) => existsSync(join(ROOT, dir, 'node_modules', name)));
  if (owner !== undefined && !existsSync(join(modules, name)))
    symlinkSync(join(ROOT, owner.dir, 'node_modules', name), join(modules, name));
}

function write(path: string, source: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, source);
}
