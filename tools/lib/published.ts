import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { binary, ROOT, type WorkspacePackage, workspacePackages } from './workspace.js';

/** The libraries that other teams install: every package that is not private. */
export function publishedLibraries(): WorkspacePackage[] {
  return workspacePackages().filter(({ manifest }) => manifest.private !== true);
}

/** Packs a library as it would be published, into a folder of its own below `under`. Returns the path of the tarball. Build first. */
export function packLibrary({ dir, manifest }: WorkspacePackage, under: string): string {
  const folder = join(under, manifest.name);
  mkdirSync(folder, { recursive: true });
  const failures = complaints(join(ROOT, dir), binary('pnpm'), 'pack', '--pack-destination', folder);
  if (failures.length > 0) throw new Error(failures.join('\n'));
  return join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '');
}

/** What a program said if it failed, nothing if it did not. */
export function complaints(cwd: string, command: string, ...args: string[]): string[] {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  return status === 0 ? [] : [`${[command.replace(`${ROOT}node_modules/.bin/`, ''), ...args].join(' ')}\n${stdout}${stderr}`];
}
