import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureStateFolder } from './state-folder.js';

const isRoot = process.getuid?.() === 0;
const user = '65532:65531';

describe('ensureStateFolder', () => {
  let root = '';
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'state-')));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it('makes the folder, open to its owner alone, and repeating is safe', async () => {
    const path = join(root, 'g-1');
    expect(await ensureStateFolder(root, 'g-1', user)).toEqual({ kind: 'ready', path });
    expect(await ensureStateFolder(root, 'g-1', user)).toEqual({ kind: 'ready', path });
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it.runIf(isRoot)("gives it to the engine's user, and takes back what others got", async () => {
    const path = join(root, 'g-1');
    mkdirSync(path);
    chmodSync(path, 0o777);
    await ensureStateFolder(root, 'g-1', user);
    expect(statSync(path)).toMatchObject({ uid: 65532, gid: 65531 });
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('refuses a link in its place, and leaves what it leads to', async () => {
    const target = join(root, 'target');
    mkdirSync(target, { mode: 0o755 });
    symlinkSync(target, join(root, 'g-1'));
    expect(await ensureStateFolder(root, 'g-1', user)).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('symbolic link'),
    });
    expect(statSync(target).mode & 0o777).toBe(0o755);
  });

  it('refuses a root that leads through a link', async () => {
    mkdirSync(join(root, 'real'));
    symlinkSync(join(root, 'real'), join(root, 'link'));
    expect(await ensureStateFolder(join(root, 'link'), 'g-1', user)).toMatchObject({ kind: 'refused' });
  });

  it('refuses a file in its place, and a root that is not there', async () => {
    writeFileSync(join(root, 'g-1'), '');
    expect(await ensureStateFolder(root, 'g-1', user)).toMatchObject({ kind: 'refused' });
    const missing = await ensureStateFolder(join(root, 'missing'), 'g-1', user);
    expect(missing).toEqual({ kind: 'refused', message: 'the state root does not exist' });
  });
});
