import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDemoEngine } from './demo-engine.js';
import { openTurnStore } from './turn-store.js';

describe('turn store', () => {
  let dir = '';
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'demo-engine-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('starts at turn 0 and loads what was saved', async () => {
    const store = await openTurnStore(dir);
    expect(await store.load()).toEqual({ turn: 0, finished: false });
    await store.save({ turn: 3, finished: true });
    expect(await (await openTurnStore(dir)).load()).toEqual({ turn: 3, finished: true });
    expect(await readdir(dir)).toEqual(['turn.json']);
  });

  it('ignores a half-written new file', async () => {
    const store = await openTurnStore(dir);
    await store.save({ turn: 1, finished: false });
    await writeFile(join(dir, 'turn.json.new'), '{"tu');
    expect(await store.load()).toEqual({ turn: 1, finished: false });
  });

  it('refuses a file that does not contain a turn', async () => {
    await writeFile(join(dir, 'turn.json'), '{"turn":"two"}');
    await expect(createDemoEngine({ stateDir: dir })).rejects.toThrow('does not hold a turn');
  });

  it('keeps the turn in memory, and says so, when the directory does not exist', async () => {
    const told = vi.spyOn(console, 'error').mockReturnValue();
    const store = await openTurnStore(join(dir, 'absent'));
    await store.save({ turn: 1, finished: false });
    expect(await store.load()).toEqual({ turn: 1, finished: false });
    expect(told).toHaveBeenCalledWith(expect.stringContaining('not writable'));
    told.mockRestore();
  });

  it('goes on with the saved turn after a restart, and loses a turn that was under way', async () => {
    const first = await createDemoEngine({ stateDir: dir });
    await fetch(`${first.url}/api/v1/admin/turn`, { method: 'PUT' });
    await first.close();
    const second = await createDemoEngine({ stateDir: dir, turnMs: 60_000 });
    const cut = fetch(`${second.url}/api/v1/admin/turn`, { method: 'PUT' });
    const cutFails = expect(cut).rejects.toThrow();
    expect(await (await fetch(`${second.url}/api/v1/admin/status`)).json()).toEqual({ turn: 1, finished: false });
    await second.close();
    await cutFails;
    expect(await (await openTurnStore(dir)).load()).toEqual({ turn: 1, finished: false });
  });
});
