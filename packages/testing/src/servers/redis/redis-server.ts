import { once } from 'node:events';
import { cp, mkdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../processes/free-port.js';
import { ensurePrograms } from '../processes/install.js';
import { sweepWorkDir } from '../processes/leftovers.js';
import { run } from '../processes/run.js';
import type { ServerControl } from '../processes/server-process.js';
import { startServerProcess } from '../processes/server-process.js';
import { inWorkDir } from '../processes/work-dir.js';

/** A private Redis. */
export interface RedisServer extends ServerControl {
  /** For example `redis://127.0.0.1:23456`. A restart keeps it. */
  readonly url: string;
  /** The directory of its append-only file. */
  readonly dataDir: string;
  /**
   * Copies its append-only file. The returned function puts the copy back and starts the server: as after a loss of power that took
   * all later writes.
   */
  keepData(): Promise<() => Promise<void>>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

/** How a private Redis differs from the default. */
export interface RedisOptions {
  /** Further command line arguments, e.g. `['--maxmemory', '3mb']`. */
  readonly args?: readonly string[];
  /** The size of the disk for its data, in megabytes; default without a limit. */
  readonly diskMb?: number;
}

/**
 * Starts a private Redis on a loopback port. It evicts nothing, and syncs its append-only file at every write, so acknowledged writes
 * are still there after `kill`. Rejects as `startServerProcess` and `ensurePrograms` do.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const [command = ''] = await ensurePrograms('redis-server');
  return inWorkDir('redis', async (dir) => {
    const port = await freePort();
    const dataDir = await makeDataDir(dir, options.diskMb);
    const network = ['--port', String(port), '--bind', '127.0.0.1'];
    const storage = ['--dir', dataDir, '--appendonly', 'yes', '--appendfsync', 'always', '--save', '', '--maxmemory-policy', 'noeviction'];
    const args = [...network, ...storage, ...(options.args ?? [])];
    const ready = (): Promise<boolean> => answersPing(port);
    const control = await startServerProcess({ name: 'redis-server', command, args, cwd: dir, logFile: join(dir, 'log'), ready });
    const keepData = async () => {
      const kept = join(dir, `kept-${String((copies += 1))}`);
      await cp(dataDir, kept, { recursive: true });
      return async () => {
        await control.kill();
        await rm(join(dataDir, 'appendonlydir'), { recursive: true });
        await cp(kept, dataDir, { recursive: true });
        await control.restart();
      };
    };
    return { ...control, url: `redis://127.0.0.1:${port}`, dataDir, keepData, stop: () => sweepWorkDir(dir) };
  });
}

let copies = 0;

async function makeDataDir(dir: string, diskMb: number | undefined): Promise<string> {
  const dataDir = join(dir, 'data');
  await mkdir(dataDir);
  if (diskMb !== undefined) await run('mount', ['-t', 'tmpfs', '-o', `size=${String(diskMb)}m`, 'tmpfs', dataDir]);
  return dataDir;
}

/** Redis answers `-LOADING` until it has read its file. */
async function answersPing(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  socket.setTimeout(5000, () => socket.destroy(new Error('no answer to PING')));
  try {
    socket.write('PING\r\n');
    const [reply] = (await once(socket, 'data')) as [Buffer];
    return reply.toString().startsWith('+PONG');
  } finally {
    socket.destroy();
  }
}
