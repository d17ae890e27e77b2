import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sweepWorkDir } from './leftovers.js';
import { startTicks } from './process-table.js';

const prefix = 'galaxy-testing-';
const pattern = /^galaxy-testing-(?<pid>\d+)-(?<ticks>\d+)-/;

let abandonedSwept: Promise<void> | undefined;

/** Starts something in a new work directory. If that fails, removes everything that it left there, and rejects. */
export async function inWorkDir<T>(kind: string, start: (dir: string) => Promise<T>): Promise<T> {
  const dir = await createWorkDir(kind);
  try {
    return await start(dir);
  } catch (error) {
    await sweepWorkDir(dir);
    throw error;
  }
}

/**
 * Makes a new private directory in the system's temporary one. Its name says which process owns it.
 * The first call also removes everything that killed runs have left: their servers, mounts and directories.
 */
export async function createWorkDir(kind: string): Promise<string> {
  await (abandonedSwept ??= sweepAbandoned());
  return mkdtemp(join(tmpdir(), `${prefix}${process.pid}-${startTicks(process.pid) ?? 0}-${kind}-`));
}

/** Removes every work directory whose owner is gone, with everything in it. */
export async function sweepAbandoned(): Promise<void> {
  const names = await readdir(tmpdir());
  const abandoned = names.filter((name) => isAbandoned(name));
  await Promise.all(abandoned.map((name) => sweepWorkDir(join(tmpdir(), name))));
}

function isAbandoned(name: string): boolean {
  const owner = pattern.exec(name)?.groups;
  return owner !== undefined && startTicks(Number(owner['pid'])) !== owner['ticks'];
}
