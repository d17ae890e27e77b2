import { once } from 'node:events';
import { chmod, chown, mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../processes/free-port.js';
import { ensurePrograms } from '../processes/install.js';
import { sweepWorkDir } from '../processes/leftovers.js';
import { processesOf } from '../processes/process-table.js';
import { run } from '../processes/run.js';
import type { ServerControl } from '../processes/server-process.js';
import { startServerProcess } from '../processes/server-process.js';
import { inWorkDir } from '../processes/work-dir.js';

/** A private PostgreSQL. */
export interface PostgresServer extends ServerControl {
  /** The URL of database `postgres` for the superuser, e.g. `postgres://postgres@127.0.0.1:23456/postgres`. A restart keeps it. */
  readonly url: string;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

/** How a private PostgreSQL differs from the default. */
export interface PostgresOptions {
  /** Settings by name, e.g. `{ max_connections: '10' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Starts a private PostgreSQL on a loopback port: UTF-8, no passwords, 200 connections. It is durable, so what it has committed
 * is still there after `kill`. `kill`, `pause` and `resume` act on the backends, too. Started by root, it runs as the system user
 * `postgres`, because PostgreSQL refuses to run as root.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const [command = '', initdb = ''] = await ensurePrograms('postgres', 'initdb');
  const owner = await serverOwner();
  return inWorkDir('postgres', async (dir) => {
    const cwd = join(dir, 'data');
    await mkdir(cwd, { mode: 0o700 });
    await chmod(dir, 0o711);
    if ('uid' in owner) await chown(cwd, owner.uid, owner.gid);
    await run(initdb, ['-D', cwd, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'], { ...owner, cwd });
    const port = await freePort();
    const control = await startServerProcess({
      name: 'postgres',
      command,
      args: ['-D', cwd, '-p', String(port), ...settingArguments(options.settings)],
      cwd,
      ...owner,
      logFile: join(dir, 'log'),
      ready: () => acceptsSessions(port),
      members: () => processesOf(dir),
    });
    return { ...control, url: `postgres://postgres@127.0.0.1:${port}/postgres`, stop: () => sweepWorkDir(dir) };
  });
}

function settingArguments(settings: Readonly<Record<string, string>> = {}): readonly string[] {
  const all = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    // This puts shared memory into the data directory, which is removed. A killed server would leave it in /dev/shm.
    dynamic_shared_memory_type: 'mmap',
    ...settings,
  };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function serverOwner(): Promise<{ readonly uid: number; readonly gid: number } | Record<string, never>> {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])]);
  return { uid: Number(uid), gid: Number(gid) };
}

// A start-up packet of protocol 3.0 for user `postgres` and database `postgres` (PostgreSQL documentation, "Message Formats").
const startupParameters = Buffer.from('user\0postgres\0database\0postgres\0\0');
const startupHeader = Buffer.from([0, 0, 0, startupParameters.length + 8, 0, 3, 0, 0]);

/** Whether a session can begin: then the server answers `R` (authentication). While it recovers, it answers `E` (error). */
async function acceptsSessions(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  socket.setTimeout(5000, () => socket.destroy(new Error('no answer to the start-up packet')));
  try {
    socket.write(Buffer.concat([startupHeader, startupParameters]));
    const [reply] = (await once(socket, 'data')) as [Buffer];
    return reply.toString('latin1', 0, 1) === 'R';
  } finally {
    socket.destroy();
  }
}
