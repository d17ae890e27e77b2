import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockFolder } from './lock-folder.js';

const folder = () => join(mkdtempSync(join(tmpdir(), 'lock-')), 'data');

describe('lockFolder', () => {
  it('makes the folder and keeps other processes out of it until it is given up', () => {
    const data = folder();
    const unlock = lockFolder(data);
    expect(existsSync(data)).toBe(true);
    writeFileSync(`${data}.lock`, String(process.ppid));
    expect(() => lockFolder(data)).toThrow(`in use by process ${String(process.ppid)}`);
    unlock();
    expect(() => lockFolder(data)).not.toThrow();
  });

  it('takes over what a process left behind that is gone', () => {
    const data = folder();
    const { pid } = spawnSync('true');
    writeFileSync(`${data}.lock`, String(pid));
    expect(() => lockFolder(data)).not.toThrow();
  });
});
