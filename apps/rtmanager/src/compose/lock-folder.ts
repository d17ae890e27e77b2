import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Makes sure that no other process of this machine uses the folder; returns how to give it up. A lock whose process is
 * gone is taken over.
 * @throws Error naming the process that holds it.
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const file = `${folder.replace(/\/+$/, '')}.lock`;
  const holder = holderOf(file);
  if (holder !== null && isAlive(holder)) throw new Error(`the data folder ${folder} is in use by process ${String(holder)}`);
  rmSync(file, { force: true });
  // 'wx' fails if another process was quicker.
  writeFileSync(file, String(process.pid), { flag: 'wx' });
  return () => {
    rmSync(file, { force: true });
  };
}

function holderOf(file: string): number | null {
  try {
    return Number.parseInt(readFileSync(file, 'utf8'), 10);
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    return Number.isInteger(pid) && pid !== process.pid && process.kill(pid, 0);
  } catch {
    return false;
  }
}
