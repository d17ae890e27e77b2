import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, realpath } from 'node:fs/promises';
import { join } from 'node:path';

export type StateFolderOutcome = { readonly kind: 'ready'; readonly path: string } | { readonly kind: 'refused'; readonly message: string };

/** The path of a game's state folder. The caller must have checked the game id, so that it is a single name without slashes. */
export function stateFolderPath(stateRoot: string, gameId: string): string {
  return join(stateRoot, gameId);
}

/**
 * Creates `<stateRoot>/<gameId>` if it is missing, accessible only to its owner. If the manager runs as root, the engine's user becomes
 * the owner. Games write below this folder and could create links: a link in place of the folder or of one of its parents is refused,
 * and owner and mode are set through the opened folder, so that nothing can be exchanged in between. Safe to repeat.
 */
export async function ensureStateFolder(stateRoot: string, gameId: string, user: string): Promise<StateFolderOutcome> {
  try {
    if ((await realpath(stateRoot)) !== stateRoot) return refused('the state root leads through a symbolic link');
    const path = stateFolderPath(stateRoot, gameId);
    await mkdir(path, { mode: 0o700 }).catch(unlessThere);
    await handOver(path, user);
    return { kind: 'ready', path };
  } catch (error) {
    return refused(REASONS[codeOf(error)] ?? codeOf(error));
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'the state root does not exist',
  ENOTDIR: 'what is there is not a folder, or a symbolic link to one',
  ELOOP: 'what is there is not a folder, or a symbolic link to one',
  EACCES: 'the manager has no permission for the state folder',
  ENOSPC: 'no space is left for the state folder',
  EROFS: 'the state root is read-only',
};

async function handOver(path: string, user: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    if (process.getuid?.() === 0) await giveTo(folder, user);
  } finally {
    await folder.close();
  }
}

async function giveTo(folder: FileHandle, user: string): Promise<void> {
  const [uid = 0, gid = 0] = user.split(':').map(Number);
  await folder.chown(uid, gid);
  await folder.chmod(0o700);
}

function unlessThere(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') throw error;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';
}

const refused = (message: string): StateFolderOutcome => ({ kind: 'refused', message });
