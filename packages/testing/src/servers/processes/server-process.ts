import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { freeze, isRunning, signal } from './process-table.js';
import { waitFor } from './wait-for.js';

/** What a test may do to a private server. */
export interface ServerControl {
  /** The pid of the server's main process. `restart` changes it. */
  pid(): number;
  /** Sends a signal (default SIGKILL) and resolves once the server has ended. Its data stays. */
  kill(signal?: 'SIGKILL' | 'SIGTERM' | 'SIGINT' | 'SIGQUIT'): Promise<void>;
  /** Freezes the server by SIGSTOP: connections stay open, and nothing answers. */
  pause(): void;
  /** Lets a paused server go on, by SIGCONT. */
  resume(): void;
  /** Starts the server again with the same address and data. Kills it first if it runs. Resolves once it answers. */
  restart(): Promise<void>;
}

/** How to start a server, and how to find out whether it answers. */
export interface ServerSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The working directory, by which leftovers are found. */
  readonly cwd: string;
  readonly logFile: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Whether the server answers. Throwing means "not yet". */
  readonly ready: () => Promise<boolean>;
  /** Runs before each start, e.g. to delete a stale pid file. */
  readonly beforeStart?: () => Promise<void>;
  /** The pids of all processes of the server, if there is more than the main one. */
  readonly members?: () => readonly number[];
}

/**
 * Starts a server and resolves once it answers. Rejects with the end of its log when it exits or does not answer within a minute.
 * It runs in a process group of its own, so Ctrl-C in a terminal does not end it before the tests.
 */
export async function startServerProcess(spec: ServerSpec): Promise<ServerControl> {
  let child = await launch(spec);
  const everyMember = (): readonly number[] => [...new Set([...pidOf(child), ...(spec.members?.() ?? [])])];
  const control: ServerControl = {
    pid: () => child.pid ?? 0,
    kill: async (name = 'SIGKILL') => {
      // In a crash, all processes of a server end. Any other signal goes to the main process, which ends the others in order.
      const targets = name === 'SIGKILL' ? everyMember() : pidOf(child);
      for (const pid of targets) signal(pid, name);
      for (const pid of everyMember()) signal(pid, 'SIGCONT');
      await waitFor(`${spec.name} to end after ${name}`, () => everyMember().every((pid) => !isRunning(pid)));
    },
    pause: () => {
      freeze(everyMember());
    },
    resume: () => {
      for (const pid of everyMember()) signal(pid, 'SIGCONT');
    },
    restart: async () => {
      if (everyMember().some(isRunning)) await control.kill();
      child = await launch(spec);
    },
  };
  return control;
}

async function launch(spec: ServerSpec): Promise<ChildProcess> {
  await spec.beforeStart?.();
  const child = spawnLogged(spec);
  const ended = endOf(child);
  let over = false;
  void ended.then(() => (over = true));
  try {
    const answers = waitFor(`${spec.name} answering`, () => over || spec.ready());
    const reason = await Promise.race([ended, answers.then(() => undefined)]);
    if (reason !== undefined) throw new Error(reason);
  } catch (cause) {
    for (const pid of pidOf(child)) signal(pid, 'SIGKILL');
    const log = await readFile(spec.logFile, 'utf8').catch(() => '');
    throw new Error(`${spec.name} did not start; its log ends:\n${log.slice(-2000)}`, { cause });
  }
  // A server must not keep the test run alive. The tear-down ends it, or the next run.
  child.unref();
  return child;
}

function spawnLogged({ command, args, cwd, logFile, uid, gid }: ServerSpec): ChildProcess {
  const log = openSync(logFile, 'a');
  try {
    const ids = { ...(uid !== undefined && { uid }), ...(gid !== undefined && { gid }) };
    return spawn(command, args, { stdio: ['ignore', log, log], detached: true, cwd, ...ids });
  } finally {
    closeSync(log);
  }
}

/** Resolves when the process ends or cannot be started, with the reason. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, name) => resolve(`it exited (${code ?? name ?? 'unknown'})`));
  });
}

function pidOf(child: ChildProcess): readonly number[] {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null ? [child.pid] : [];
}
