import { type FaultProxy, startFaultProxy } from '@galaxy/testkit';
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
  readonly proxies: Readonly<Record<Proxied, FaultProxy>>;
  /** Starts a process in place of the one that has ended. */
  restart(): Promise<void>;
  /** Ends its proxies. */
  close(): Promise<void>;
}

/** Starts a replica of a world's service. */
export async function startReplica(world: World, variables: Readonly<Record<string, string>>): Promise<Replica> {
  const [redis, postgres, container_engine] = await Promise.all([proxyFor('redis'), proxyFor('postgres'), proxyFor('container_engine')]);
  const proxies = { redis, postgres, container_engine };
  const urls = Object.fromEntries(PROXIED.map((name) => [VARIABLE[name], proxies[name].url]));
  const start = (): Promise<RtmanagerProcess> => world.start({ ...variables, ...urls });
  let process = await start();
  return {
    get process() {
      return process;
    },
    proxies,
    restart: async () => {
      process = await start();
    },
    close: async () => {
      await Promise.all(Object.values(proxies).map((proxy) => proxy.stop()));
    },
  };

  function proxyFor(name: Proxied): Promise<FaultProxy> {
    return startFaultProxy({ ...world.variables, ...variables }[VARIABLE[name]] ?? '');
  }
}
