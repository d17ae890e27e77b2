import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../processes/free-port.js';
import { ensurePrograms } from '../processes/install.js';
import { sweepWorkDir } from '../processes/leftovers.js';
import type { ServerControl } from '../processes/server-process.js';
import { startServerProcess } from '../processes/server-process.js';
import { inWorkDir } from '../processes/work-dir.js';

/** A private Redis. */
export interface RedisServer extends ServerControl {
  /** E.g. `redis://127.0.0.1:23456`; the same over restarts. */
  readonly url: string;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

/** How a private Redis differs from the usual one. */
export interface RedisOptions {
  /** Further command line arguments, e.g. `['--maxmemory', '3mb']`. */
  readonly args?: readonly string[];
}

/**
 * Starts a Redis of one's own on a loopback port. It evicts nothing and syncs its append-only file on every write, so what
 * it has acknowledged survives `kill`. Rejects as `startServerProcess` and `ensurePrograms` do.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const [command = ''] = await ensurePrograms('redis-server');
  return inWorkDir('redis', async (dir) => {
    const port = await freePort();
    const network = ['--port', String(port), '--bind', '127.0.0.1'];
    const storage = ['--dir', dir, '--appendonly', 'yes', '--appendfsync', 'always', '--save', '', '--maxmemory-policy', 'noeviction'];
    const args = [...network, ...storage, ...(options.args ?? [])];
    const ready = (): Promise<boolean> => answersPing(port);
    const control = await startServerProcess({ name: 'redis-server', command, args, cwd: dir, logFile: join(dir, 'log'), ready });
    return { ...control, url: `redis://127.0.0.1:${port}`, stop: () => sweepWorkDir(dir) };
  });
}

/** Redis answers `-LOADING` until it has read its file. */
async function answersPing(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  socket.setTimeout(500, () => socket.destroy(new Error('no answer to PING')));
  try {
    socket.write('PING\r\n');
    const [reply] = (await once(socket, 'data')) as [Buffer];
    return reply.toString().startsWith('+PONG');
  } finally {
    socket.destroy();
  }
}
