import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isRunning } from '../servers/processes/process-table.js';
import { sleepForEver } from './tiny-program.js';

it('makes a program that runs here until it is killed', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'tiny-program-'));
  const path = join(dir, 'sleep');
  await writeFile(path, sleepForEver(), { mode: 0o755 });
  const child = spawn(path);
  await once(child, 'spawn');
  expect(isRunning(child.pid ?? 0)).toBe(true);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
  expect(isRunning(child.pid ?? 0)).toBe(false);
  await rm(dir, { recursive: true });
});
