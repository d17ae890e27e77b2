import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execFileAsync = promisify(execFile);

/** How to run a command. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
  /** Milliseconds until the command is killed and the call rejects; default 120 000. */
  readonly timeoutMs?: number;
}

/** Runs a command to its end and returns its standard output. Rejects with its standard error in the message. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { timeoutMs: timeout = 120_000, ...rest } = options;
  const { stdout } = await execFileAsync(command, [...args], { ...rest, timeout, maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}
