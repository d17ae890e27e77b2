import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';

/** What to run as an engine's process. */
export interface EngineProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What became of starting a process. */
export type SpawnOutcome =
  | { readonly kind: 'spawned'; readonly process: EngineProcess }
  | { readonly kind: 'failed'; readonly message: string };

/** A running engine. It is in a process group of its own, so that Ctrl-C in a terminal reaches the manager alone. */
export class EngineProcess {
  readonly #child: ChildProcess;
  /** Gives the exit code once the process has ended; after a signal 128 and its number, as a container engine reports it. */
  readonly exited: Promise<number>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? codeOfSignal(signal))));
  }

  /** Starts a process. It ends with this one and does not keep it alive. */
  static async spawn({ command, args, env }: EngineProgram): Promise<SpawnOutcome> {
    const child = spawn(command, args, { env, detached: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const process = new EngineProcess(child);
    child.unref();
    child.channel?.unref();
    try {
      await once(child, 'spawn');
      return { kind: 'spawned', process };
    } catch (error) {
      return { kind: 'failed', message: error instanceof Error ? error.message : 'the program could not be started' };
    }
  }

  /** Asks it to end, and ends it by force after `graceMs`. Returns once it has ended. */
  async stop(graceMs: number): Promise<void> {
    this.#child.kill('SIGTERM');
    // A process that somebody has frozen can act on the signal only when it runs again.
    this.#child.kill('SIGCONT');
    const force = setTimeout(() => this.#child.kill('SIGKILL'), graceMs);
    await this.exited;
    clearTimeout(force);
  }

  /** Ends it at once. Returns once it has ended. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }
}

function codeOfSignal(signal: NodeJS.Signals | null): number {
  return 128 + (signal === null ? 0 : constants.signals[signal]);
}
