import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import type { AddressInfo, NetConnectOpts, Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { createWorkDir } from '../servers/processes/work-dir.js';
import type { FaultMode } from './fault-mode.js';
import { ModeSwitch } from './mode-switch.js';
import { ProxiedConnection, resetSocket } from './proxied-connection.js';

/** A proxy between a client and a server. A test tells it what to do to the connections. It passes bytes and knows no protocol. */
export interface FaultProxy {
  /** The URL of the server, but with the address of the proxy. It stays the same, also after `refuse`. */
  readonly url: string;
  /** The number of connections that were accepted so far. */
  readonly taken: number;
  /** The number of connections that are open now. */
  readonly open: number;
  /** Sets the mode for open and new connections. Resolves once it is in force. */
  set(mode: FaultMode): Promise<void>;
  /** Resets every open connection. The mode stays. */
  resetAll(): void;
  /** Connects new connections to another server, like an address that moves in a failover. Open ones stay where they are. */
  pointTo(serverUrl: string): void;
  /** Resets every open connection and stops listening. */
  stop(): Promise<void>;
}

const defaultPorts: Readonly<Record<string, number>> = {
  'redis:': 6379,
  'postgres:': 5432,
  'postgresql:': 5432,
  'http:': 80,
  'tcp:': 2375,
};

/**
 * Starts a proxy in mode `pass` before the server of a URL (`redis://`, `postgres://`, `http://`, `tcp://`, or `unix:///path`). The
 * proxy listens on a loopback port, or on a unix socket if the server does.
 */
export async function startFaultProxy(serverUrl: string): Promise<FaultProxy> {
  let target = targetOf(serverUrl);
  const modes = new ModeSwitch();
  const connections = new Set<ProxiedConnection>();
  let taken = 0;
  const take = (client: Socket): void => {
    taken += 1;
    if (modes.mode.kind === 'reset') return resetSocket(client);
    const connection = new ProxiedConnection(client, connect({ ...target, allowHalfOpen: true }), modes);
    connections.add(connection);
    client.once('close', () => connections.delete(connection));
  };
  const resetAll = (): void => {
    for (const connection of connections) connection.reset();
  };
  const server = createServer({ allowHalfOpen: true }, take);
  const address = await listen(server, 'path' in target ? { path: await socketPath() } : ownAddress());
  return {
    url: urlAt(serverUrl, address),
    get taken() {
      return taken;
    },
    get open() {
      return connections.size;
    },
    set: async (mode) => {
      modes.set(mode);
      if (mode.kind === 'reset' || mode.kind === 'refuse') resetAll();
      if (mode.kind === 'refuse') await stopListening(server);
      else if (!server.listening) await listen(server, address);
    },
    resetAll,
    pointTo: (other) => {
      target = targetOf(other);
    },
    stop: async () => {
      resetAll();
      await stopListening(server);
      if ('path' in address) await rm(dirname(address.path), { recursive: true, force: true });
    },
  };
}

type Address = { readonly path: string } | { readonly host: string; readonly port: number };

function targetOf(serverUrl: string): NetConnectOpts & Address {
  const url = new URL(serverUrl);
  if (url.protocol === 'unix:') return { path: url.pathname };
  const port = url.port === '' ? defaultPorts[url.protocol] : Number(url.port);
  if (port === undefined) throw new Error(`no port in ${serverUrl}`);
  return { host: url.hostname, port };
}

const PORTS_PER_THREAD = 200;
let lastPort = 10_000 + (threadId % 100) * PORTS_PER_THREAD;

// While a proxy refuses connections it holds no port, and must find it free again. So each process of the tests has a loopback
// address of its own, where nothing else listens, each of its threads a range of ports, and each proxy a port.
function ownAddress(): { readonly host: string; readonly port: number } {
  lastPort += 1;
  const { pid } = process;
  return { host: `127.${64 + ((pid >> 16) & 63)}.${(pid >> 8) & 255}.${pid & 255}`, port: lastPort };
}

async function socketPath(): Promise<string> {
  return join(await createWorkDir('proxy'), 'proxy.sock');
}

async function listen(server: Server, address: Address): Promise<Address> {
  server.listen(address);
  await once(server, 'listening');
  return 'path' in address ? address : { host: address.host, port: (server.address() as AddressInfo).port };
}

async function stopListening(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise((resolve) => server.close(resolve));
}

function urlAt(serverUrl: string, address: Address): string {
  if ('path' in address) return `unix://${address.path}`;
  const url = new URL(serverUrl);
  url.hostname = address.host;
  url.port = String(address.port);
  return url.href;
}
