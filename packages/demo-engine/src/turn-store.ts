import { constants } from 'node:fs';
import { access, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

/** How many turns a game has generated, and whether it is finished. */
export interface TurnState {
  readonly turn: number;
  readonly finished: boolean;
}

/** Stores the turn of one game. */
export interface TurnStore {
  /** The last saved state, or turn 0 of an unfinished game. */
  load(): Promise<TurnState>;
  /** Saves the state. After this resolves, a crash does not lose it, unless the store is only memory. */
  save(state: TurnState): Promise<void>;
}

const firstTurn: TurnState = { turn: 0, finished: false };

/**
 * Opens the store in a state directory: its file `turn.json`. If the directory is absent or read-only, this says so on stderr and the
 * turn is kept in memory, because images name a state directory and also run without one mounted.
 */
export async function openTurnStore(stateDir: string | undefined): Promise<TurnStore> {
  if (stateDir === undefined) return memoryStore();
  try {
    await access(stateDir, constants.W_OK);
  } catch (cause) {
    console.error(`state directory ${stateDir} is not writable, the game lives in memory: ${String(cause)}`);
    return memoryStore();
  }
  return fileStore(stateDir);
}

function memoryStore(): TurnStore {
  let held = firstTurn;
  return {
    load: () => Promise.resolve(held),
    save: (state) => {
      held = state;
      return Promise.resolve();
    },
  };
}

function fileStore(dir: string): TurnStore {
  const path = join(dir, 'turn.json');
  return {
    load: async () => {
      const text = await readFile(path, 'utf8').catch(whenAbsent);
      return text === undefined ? firstTurn : parseState(path, text);
    },
    // A rename is atomic (POSIX), so a reader after a crash sees the old file or the new one, never half of it.
    save: async (state) => {
      await writeDurably(`${path}.new`, JSON.stringify(state));
      await rename(`${path}.new`, path);
    },
  };
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

function whenAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

function parseState(path: string, text: string): TurnState {
  const value = JSON.parse(text) as Partial<TurnState>;
  if (!Number.isSafeInteger(value.turn) || typeof value.finished !== 'boolean') throw new Error(`${path} does not hold a turn: ${text}`);
  return { turn: Number(value.turn), finished: value.finished };
}
