import { existsSync } from 'node:fs';
import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort } from './free-port.js';
import { ensurePrograms } from './install.js';
import { isRunning } from './process-table.js';
import { startServerProcess } from './server-process.js';
import { createWorkDir, inWorkDir, sweepAbandoned } from './work-dir.js';

describe('work directories', () => {
  it('of a killed run are removed with their servers, and those of a living run stay', async () => {
    const living = await createWorkDir('living');
    // The pid of this process with another start time: the owner is gone, and its pid was used again.
    const abandoned = await mkdtemp(join(tmpdir(), `galaxy-testing-${process.pid}-1-abandoned-`));
    const [command = ''] = await ensurePrograms('redis-server');
    const args = ['--port', String(await freePort()), '--dir', abandoned];
    const server = await startServerProcess({
      name: 'redis-server',
      command,
      args,
      cwd: abandoned,
      logFile: join(abandoned, 'log'),
      ready: async () => existsSync(join(abandoned, 'log')),
    });
    await sweepAbandoned();
    expect(isRunning(server.pid())).toBe(false);
    expect([existsSync(abandoned), existsSync(living)]).toEqual([false, true]);
    await rmdir(living);
  });

  it('are removed when the start of a server in them fails', async () => {
    let seen = '';
    const failing = inWorkDir('failing', async (dir) => {
      seen = dir;
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(existsSync(seen)).toBe(false);
  });
});
