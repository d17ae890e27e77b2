import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/** Who holds a lock, as its file says. */
interface Holder {
  readonly pid: number;
  /** The whole text of the file: different for every lock ever taken. */
  readonly token: string;
}

/** The locks of this very process: its id alone would not tell them from those of an earlier process of the same id. */
const own = new Set<string>();

/**
 * Makes sure that no other process of this machine uses the folder; returns how to give it up. A lock whose process is
 * gone is taken over, by one process only.
 * @throws Error naming the process that holds it.
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const file = `${folder.replace(/\/+$/, '')}.lock`;
  const taken = take(file);
  if (typeof taken === 'string') throw new Error(`the data folder ${folder} is in use by process ${taken}`);
  return taken;
}

/**
 * Takes the lock of that file and returns how to give it up, or the id of the process that holds it. A dead holder's file is
 * removed only under a lock on that very token, looked at once more: nobody else removes or replaces it meanwhile.
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

// Linked and not written in place: a file that exists says at once, and in full, whose it is.
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

// What bears our own id, yet is not our own, was left behind: in a container every process may be number 1.
function isAlive({ pid, token }: Holder): boolean {
  if (pid === process.pid) return own.has(token);
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    // Only its owner may signal it, but it is there.
    return codeOf(error) === 'EPERM';
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
