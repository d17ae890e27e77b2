import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/** The holder of a lock, read from its file. */
interface Holder {
  readonly pid: number;
  /** The whole text of the file. It is different for every lock ever taken. */
  readonly token: string;
}

/** The tokens of this process's locks. The process id is not enough: an earlier process may have had the same id. */
const own = new Set<string>();

/**
 * Locks the folder against other processes of this machine. Returns a function that unlocks it. A lock whose process is gone is taken
 * over, by one process only.
 * @throws Error that names the process that holds the lock.
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const file = `${folder.replace(/\/+$/, '')}.lock`;
  const taken = take(file);
  if (typeof taken === 'string') throw new Error(`the data folder ${folder} is in use by process ${taken}`);
  return taken;
}

/**
 * Takes the lock of this file. Returns a function that releases it, or the id of the process that holds it. The file of a dead holder is
 * removed only under a second lock, named by its token, and after it was read again: so no other process removes or replaces it at the
 * same time.
 */
function take(file: string): (() => void) | string {
  for (;;) {
    const release = create(file);
    if (release !== null) return release;
    const holder = holderOf(file);
    if (holder === null) continue;
    if (isAlive(holder)) return String(holder.pid);
    const unlock = take(`${file}-${holder.token.replaceAll(/[^\w-]/g, '-')}`);
    if (typeof unlock === 'string') return unlock;
    try {
      if (holderOf(file)?.token === holder.token) rmSync(file, { force: true });
    } finally {
      unlock();
    }
  }
}

// Written to a draft and then linked, not written in place: so a lock file that exists always has its complete text.
function create(file: string): (() => void) | null {
  const token = `${process.pid} ${randomUUID()}`;
  const draft = `${file}-${randomUUID()}`;
  writeFileSync(draft, token, { flag: 'wx' });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return null;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  own.add(token);
  return () => {
    own.delete(token);
    rmSync(file, { force: true });
  };
}

function holderOf(file: string): Holder | null {
  try {
    const token = readFileSync(file, 'utf8');
    return { pid: Number.parseInt(token, 10), token };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

// A lock with our own process id that is not ours was left by a dead process: in a container every process may have the id 1.
function isAlive({ pid, token }: Holder): boolean {
  if (pid === process.pid) return own.has(token);
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    // EPERM: we may not signal the process, so it exists.
    return codeOf(error) === 'EPERM';
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
