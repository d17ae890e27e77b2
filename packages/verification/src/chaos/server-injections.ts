import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerControl } from '@galaxy/testing';
import { type Draw, type Injection, picked } from './injection.js';

/** A server, and how to make injections into it. */
export interface ServerVictim {
  readonly name: string;
  readonly server: ServerControl;
  /** The signal by which it ends at once, but in order. */
  readonly polite: 'SIGTERM' | 'SIGINT';
  /** The name of the victim, if it is more than this server. */
  readonly victim?: string;
  /** How often, relative to other servers; default 1. */
  readonly weight?: number;
  /** Does something before and after each injection, e.g. notes it. */
  readonly around?: (inject: () => Promise<void>) => Promise<void>;
}

/** Kills a server, restarts it in order, or freezes it. */
export function serverInjections(spec: ServerVictim): readonly Injection[] {
  const { name, server: control, polite, weight = 1 } = spec;
  const around = spec.around ?? ((inject: () => Promise<void>) => inject());
  const victim = (): string => spec.victim ?? name;
  const bounce = (signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT') => (draw: Draw) =>
    around(async () => {
      await control.kill(signal);
      await sleep(draw.forMs);
      await control.restart();
    });
  const pause = (draw: Draw) =>
    around(async () => {
      control.pause();
      await sleep(draw.forMs);
      control.resume();
    });
  return [
    { kind: `${name} killed`, weight: 3 * weight, lasts: [0, 2000], victim, inject: bounce('SIGKILL') },
    { kind: `${name} restarted`, weight: 2 * weight, lasts: [0, 500], victim, inject: bounce(polite) },
    { kind: `${name} frozen`, weight: 3 * weight, lasts: [200, 4000], victim, inject: pause },
  ];
}

/** Kills one backend of PostgreSQL (then the server ends all others, too), ends it by SIGTERM, or freezes it. */
export function backendInjections(postgres: ServerControl): readonly Injection[] {
  const victim = (): string => 'postgres';
  const onBackend = (act: (pid: number, draw: Draw) => Promise<void> | void) => (draw: Draw) => {
    const backends = backendsOf(postgres.pid());
    return backends.length > 0 ? act(picked(backends, draw), draw) : undefined;
  };
  const freeze = async (pid: number, { forMs }: Draw): Promise<void> => {
    send(pid, 'SIGSTOP');
    await sleep(forMs);
    send(pid, 'SIGCONT');
  };
  return [
    { kind: 'backend killed', weight: 3, lasts: [0, 0], victim, inject: onBackend((pid) => send(pid, 'SIGKILL')) },
    { kind: 'backend ended', weight: 3, lasts: [0, 0], victim, inject: onBackend((pid) => send(pid, 'SIGTERM')) },
    { kind: 'backend frozen', weight: 3, lasts: [200, 4000], victim, inject: onBackend(freeze) },
  ];
}

/** The backends that serve clients: children of the postmaster with the address of a client in their title. */
function backendsOf(postmaster: number): readonly number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    const [stat, title] = [read(`/proc/${pid}/stat`), read(`/proc/${pid}/cmdline`)];
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    return parent === postmaster && title.includes('127.0.0.1(');
  });
}

// Empty when the process ends while it is being read.
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
