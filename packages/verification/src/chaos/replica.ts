import { type FaultProxy, startFaultProxy } from '@galaxy/testing';
import type { RtmanagerProcess } from '../harness/rtmanager-process.js';
import type { World } from '../harness/service-world.js';

/** The servers a replica reaches through a proxy of its own each. */
export const PROXIED = ['redis', 'postgres', 'container_engine'] as const;

const VARIABLE = {
  redis: 'RTMANAGER_REDIS_URL',
  postgres: 'RTMANAGER_POSTGRES_URL',
  container_engine: 'RTMANAGER_DOCKER_HOST',
} as const satisfies Record<Proxied, string>;

/** A server behind a proxy. */
export type Proxied = (typeof PROXIED)[number];

/** One replica of the service, over all its restarts, behind proxies of its own. */
export interface Replica {
  /** Its present process. */
  readonly process: RtmanagerProcess;
  /** Every process it has been. */
  readonly processes: readonly RtmanagerProcess[];
  readonly proxies: Readonly<Record<Proxied, FaultProxy>>;
  /** Starts a process in place of the one that has ended. */
  restart(): Promise<void>;
  /** Ends its proxies. */
  close(): Promise<void>;
}

/** Starts a replica of a world's service; `away`: behind proxies that are not in mode `pass` yet. */
export async function startReplica(
  world: World,
  variables: Readonly<Record<string, string>>,
  away: Readonly<Partial<Record<Proxied, 'refuse' | 'hold'>>> = {},
): Promise<Replica> {
  const [redis, postgres, container_engine] = await Promise.all([proxyFor('redis'), proxyFor('postgres'), proxyFor('container_engine')]);
  const proxies = { redis, postgres, container_engine };
  const urls = Object.fromEntries(PROXIED.map((name) => [VARIABLE[name], proxies[name].url]));
  const start = (): Promise<RtmanagerProcess> => world.start({ ...variables, ...urls });
  let process = await start();
  const processes = [process];
  return {
    get process() {
      return process;
    },
    processes,
    proxies,
    restart: async () => {
      process = await start();
      processes.push(process);
    },
    close: async () => {
      await Promise.all(Object.values(proxies).map((proxy) => proxy.stop()));
    },
  };

  async function proxyFor(name: Proxied): Promise<FaultProxy> {
    const proxy = await startFaultProxy({ ...world.variables, ...variables }[VARIABLE[name]] ?? '');
    await proxy.set({ kind: away[name] ?? 'pass' });
    return proxy;
  }
}
