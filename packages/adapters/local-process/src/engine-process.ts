import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';

/** The command of an engine's process. */
export interface EngineProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export type SpawnOutcome =
  | { readonly kind: 'spawned'; readonly process: EngineProcess }
  | { readonly kind: 'failed'; readonly message: string };

/** A running engine. It has its own process group, so that Ctrl-C in a terminal reaches only the manager. */
export class EngineProcess {
  readonly #child: ChildProcess;
  /** Resolves with the exit code when the process has ended; after a signal with 128 plus its number, as container engines report it. */
  readonly exited: Promise<number>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? codeOfSignal(signal))));
  }

  /** Starts a process. It ends when this process ends, and does not keep this process alive. */
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

  /** Asks the process to end (SIGTERM), and ends it by force after `graceMs`. Returns when it has ended. */
  async stop(graceMs: number): Promise<void> {
    this.#child.kill('SIGTERM');
    // A process that was frozen with SIGSTOP can handle SIGTERM only after it runs again.
    this.#child.kill('SIGCONT');
    const force = setTimeout(() => this.#child.kill('SIGKILL'), graceMs);
    await this.exited;
    clearTimeout(force);
  }

  /** Ends the process at once (SIGKILL). Returns when it has ended. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }
}

function codeOfSignal(signal: NodeJS.Signals | null): number {
  return 128 + (signal === null ? 0 : constants.signals[signal]);
}
