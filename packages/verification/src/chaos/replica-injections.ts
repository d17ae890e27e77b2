import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FaultMode, waitFor } from '@galaxy/testing';
import { type Draw, type Injection, picked } from './injection.js';
import { PROXIED, type Proxied, type Replica } from './replica.js';

/** Notes something that should not have happened. */
export type Complain = (complaint: string) => void;

// Twice as long as a claim or a lease lives.
const FREEZE_MS = [300, 10_000] as const;

export interface Freezing {
  /** How often, relative to the other injections into processes, which have 12 together; default 10. */
  readonly weight?: number;
  /** Freezes only while the process waits for something: never between its last check of a claim and the call after that check. */
  readonly whileWaiting?: boolean;
}

/** Kills a replica, ends it by SIGTERM, or freezes it. */
export function processInjections(replicas: readonly Replica[], complain: Complain, freezing: Freezing = {}): readonly Injection[] {
  const { weight = 10, whileWaiting = false } = freezing;
  const victim = (draw: Draw): string => `replica ${replicas.indexOf(picked(replicas, draw))}`;
  return [
    { kind: 'manager killed', weight: 8, lasts: [0, 2000], victim, inject: (draw) => kill(picked(replicas, draw), draw) },
    { kind: 'manager ended', weight: 4, lasts: [0, 500], victim, inject: (draw) => end(picked(replicas, draw), draw, complain) },
    { kind: 'manager frozen', weight, lasts: FREEZE_MS, victim, inject: (draw) => freeze(picked(replicas, draw), draw, whileWaiting) },
  ];
}

async function kill(replica: Replica, { forMs }: Draw): Promise<void> {
  await replica.process.end('SIGKILL');
  await sleep(forMs);
  await replica.restart();
}

async function end(replica: Replica, { forMs }: Draw, complain: Complain): Promise<void> {
  const exit = await replica.process.end('SIGTERM');
  if (exit.code !== 0) complain(`a process that was asked to end ended with ${JSON.stringify(exit)}`);
  await sleep(forMs);
  await replica.restart();
}

async function freeze({ process }: Replica, { forMs }: Draw, whileWaiting: boolean): Promise<void> {
  if (whileWaiting) await waitFor('the process to wait for something', () => isWaiting(process.pid), { everyMs: 1 });
  process.signal('SIGSTOP');
  await sleep(forMs);
  process.signal('SIGCONT');
}

// https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the third field, after the command, is S while the process sleeps.
function isWaiting(pid: number): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('S');
}

/** An injection into the network between one replica and one server. `lossy`: bytes are lost, so the connections cannot go on. */
interface NetworkInjection {
  readonly kind: string;
  readonly weight: number;
  readonly lossy: boolean;
  readonly mode: (draw: Draw) => FaultMode;
}

const NETWORK: readonly NetworkInjection[] = [
  { kind: 'black hole', weight: 4, lossy: true, mode: () => ({ kind: 'black_hole' }) },
  { kind: 'stalled network', weight: 4, lossy: false, mode: () => ({ kind: 'hold' }) },
  { kind: 'lost replies', weight: 5, lossy: true, mode: () => ({ kind: 'drop_replies' }) },
  { kind: 'cut replies', weight: 3, lossy: true, mode: cutReply },
  { kind: 'slow network', weight: 3, lossy: false, mode: ({ share }) => ({ kind: 'delay', ms: Math.ceil(share * 400) }) },
  { kind: 'refused connections', weight: 3, lossy: false, mode: () => ({ kind: 'refuse' }) },
];

function cutReply({ share, pick }: Draw): FaultMode {
  const then = picked(['reset', 'end', 'silence'] as const, { pick: Math.floor(pick / 7) });
  return { kind: 'cut_reply', afterBytes: Math.floor(share * 4000), then };
}

/** Cuts, stalls or slows the network between one replica and one server, or makes it lose data. */
export function networkInjections(replicas: readonly Replica[]): readonly Injection[] {
  const at = (draw: Draw): { replica: Replica; server: Proxied; name: string } => {
    const replica = picked(replicas, draw);
    const server = picked(PROXIED, { pick: Math.floor(draw.pick / replicas.length) });
    return { replica, server, name: `network ${replicas.indexOf(replica)} ${server}` };
  };
  const victim = (draw: Draw): string => at(draw).name;
  const cut: Injection = {
    kind: 'connections cut',
    weight: 5,
    lasts: [0, 0],
    victim,
    inject: (draw) => at(draw).replica.proxies[at(draw).server].resetAll(),
  };
  return [
    cut,
    ...NETWORK.map(({ kind, weight, lossy, mode }): Injection => {
      const inject = async (draw: Draw): Promise<void> => {
        const proxy = at(draw).replica.proxies[at(draw).server];
        await proxy.set(mode(draw));
        await sleep(draw.forMs);
        // TCP never loses bytes from the middle of a connection, so a connection that lost some must end.
        if (lossy) proxy.resetAll();
        await proxy.set({ kind: 'pass' });
      };
      return { kind, weight, lasts: [200, 5000], victim, inject };
    }),
  ];
}
