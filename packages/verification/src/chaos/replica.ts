import { type FaultProxy, startFaultProxy } from '@galaxy/testing';
import type { RtmanagerProcess } from '../harness/rtmanager-process.js';
import type { World } from '../harness/service-world.js';

/** The servers that a replica reaches through a proxy. */
export const PROXIED = ['redis', 'postgres', 'container_engine'] as const;

const VARIABLE = {
  redis: 'RTMANAGER_REDIS_URL',
  postgres: 'RTMANAGER_POSTGRES_URL',
  container_engine: 'RTMANAGER_DOCKER_HOST',
} as const satisfies Record<Proxied, string>;

export type Proxied = (typeof PROXIED)[number];

/** One replica of the service, over all its restarts, with a proxy before each server. */
export interface Replica {
  /** Its present process. */
  readonly process: RtmanagerProcess;
  /** All its processes so far, the present one last. */
  readonly processes: readonly RtmanagerProcess[];
  readonly proxies: Readonly<Record<Proxied, FaultProxy>>;
  /** Starts a new process after the present one has ended. */
  restart(): Promise<void>;
  /** Stops its proxies. */
  close(): Promise<void>;
}

/** Starts a replica in a world. `away` gives the mode of proxies that do not pass anything at first. */
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
