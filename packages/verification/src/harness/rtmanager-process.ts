import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { waitFor } from '@galaxy/testing';
import { bundledService, type ServiceEntry } from './bundle-service.js';

/** One line of the log. `level` is as in pino: 40 is a warning, 50 an error, 60 fatal. */
interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly url?: string;
  readonly [field: string]: unknown;
}

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** An answer of `/readyz`. */
interface Readyz {
  readonly status: number;
  readonly role: string;
  readonly dependencies: Readonly<Record<string, { readonly ok: boolean; readonly why?: string }>>;
}

/** One process of the service, or of one of its commands. */
export interface RtmanagerProcess {
  readonly pid: number;
  /** The address of its HTTP interface; empty when it ended before it listened. */
  readonly url: string;
  readonly log: readonly LogLine[];
  readonly stderr: () => string;
  readonly exited: Promise<Exit>;
  /** Sends a signal and returns how the process ended. */
  end(signal: NodeJS.Signals): Promise<Exit>;
  /** Sends a signal and does not wait. */
  signal(name: NodeJS.Signals): void;
  readyz(): Promise<Readyz>;
  /** Returns once `/readyz` says that everything answers; rejects when the process ends before. */
  untilReady(): Promise<void>;
  /** How it ended, with the last lines of its output; undefined while it runs. */
  readonly gone: () => string | undefined;
  /** Whether it has ended although this test did not tell it to. */
  readonly endedUnasked: () => boolean;
  /** What must never be seen: an exit without a signal of this test, an error or worse in the log, text on standard error. */
  problems(): readonly string[];
}

const ENDING: readonly NodeJS.Signals[] = ['SIGKILL', 'SIGTERM', 'SIGINT'];

// The kernel kills it when the process of the tests ends, for any reason. setpriv replaces itself, so the pid stays the same.
const WITH_ITS_TESTS: readonly string[] = ['--pdeathsig', 'KILL', '--'];

const SERVE: readonly string[] = ['serve'];
const LAST_LINES = 10;

// The service writes nothing but its log. Other commands write text for people.
const NO_LOG_LINE = { level: 60, what: 'not a log line' };
const SAID = { level: 30, what: 'said' };

/**
 * Starts `rtmanager serve` with these variables and no others, and returns once it listens or has ended. Any other command may end
 * by itself; then this returns at once.
 */
export async function startRtmanager(
  variables: Readonly<Record<string, string>>,
  entry: ServiceEntry = 'main',
  command = SERVE,
): Promise<RtmanagerProcess> {
  const main = await bundledService(entry);
  const env = { PATH: process.env['PATH'] ?? '', RTMANAGER_HTTP_ADDR: '127.0.0.1:0', RTMANAGER_LOG_LEVEL: 'debug', ...variables };
  const child = spawn('setpriv', [...WITH_ITS_TESTS, process.execPath, main, ...command], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const { log, stderr } = outputOf(child, command === SERVE ? NO_LOG_LINE : SAID);
  let exit: Exit | null = null;
  // A command ends by itself; its exit code says whether there was anything to do.
  let asked = command !== SERVE;
  let frozen = false;
  const exited = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => resolve((exit = { code, signal })));
  });

  const lastWords = (): readonly string[] => [...log.slice(-LAST_LINES).map((line) => JSON.stringify(line)), stderr().slice(-2000)];
  const urlOf = (): string => log.find(({ msg }) => msg === 'service started')?.url ?? '';
  if (command === SERVE) await waitFor('the service to listen', () => urlOf() !== '' || exit !== null);

  const rtmanager: RtmanagerProcess = {
    pid: child.pid ?? 0,
    url: urlOf(),
    log,
    stderr,
    exited,
    signal: (name) => {
      if (name === 'SIGCONT') frozen = true;
      else if (ENDING.includes(name)) asked = true;
      child.kill(name);
    },
    end: (name) => {
      rtmanager.signal(name);
      return exited;
    },
    readyz: () => readyz(rtmanager.url),
    untilReady: async () => {
      const isReady = async () => exit === null && (await rtmanager.readyz()).status === 200;
      await waitFor('the service to be ready', isReady, { everyMs: 50, hopeless: rtmanager.gone });
    },
    gone: () => (exit === null ? undefined : [`it ended with ${JSON.stringify(exit)}; its output ends:`, ...lastWords()].join('\n')),
    endedUnasked: () => exit !== null && !asked,
    problems: () => [
      ...(rtmanager.endedUnasked() ? [`unexpected exit: ${JSON.stringify(exit)}`] : []),
      // A process that was frozen logs an error when it goes on.
      ...log.filter(({ level, event }) => level >= 50 && !(frozen && event === 'stalled')).map((line) => `logged: ${JSON.stringify(line)}`),
      ...(stderr() === '' ? [] : [`wrote to standard error: ${stderr()}`]),
    ],
  };
  return rtmanager;
}

function outputOf(child: ChildProcess, otherwise: typeof NO_LOG_LINE): { log: LogLine[]; stderr: () => string } {
  const log: LogLine[] = [];
  let complaints = '';
  if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', (line) => log.push(logLine(line, otherwise)));
  child.stderr?.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  return { log, stderr: () => complaints };
}

function logLine(line: string, { level, what }: typeof NO_LOG_LINE): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { level, msg: `${what}: ${line}` };
  }
}

async function readyz(url: string): Promise<Readyz> {
  const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(60_000) });
  const { role, dependencies } = (await response.json()) as Omit<Readyz, 'status'>;
  return { status: response.status, role, dependencies };
}
