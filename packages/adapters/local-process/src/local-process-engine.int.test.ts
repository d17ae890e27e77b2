import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoEngineMain } from '@galaxy/demo-engine';
import { containerEngineContract } from '@galaxy/manager-port-contracts';
import type { Incarnation } from '@galaxy/manager-ports';
import { afterEach, describe, expect, it } from 'vitest';
import type { LocalProcessEngine } from './local-process-engine.js';
import {
  environmentOf,
  isHealthy,
  localLimits,
  newEngine,
  nodeArguments,
  openLocalWorld,
  pidAt,
  untilReady,
} from './local-world.test-support.js';

containerEngineContract('local processes', openLocalWorld, localLimits);

describe('an engine that is a process', () => {
  const dirs: string[] = [];
  afterEach(() => {
    for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
  });
  const newDir = () => {
    const dir = mkdtempSync(join(tmpdir(), 'local-'));
    dirs.push(dir);
    return dir;
  };

  async function run(engine: LocalProcessEngine, gameId: string): Promise<Incarnation> {
    await engine.prepare(gameId);
    const created = await engine.create({ gameId, opId: 'op', attempt: 1, imageRef: 'galaxy/demo-engine:1' });
    if (created.kind !== 'created') throw new Error(created.kind);
    // Twice at the same time is still one process.
    expect(await Promise.all([engine.start(created.id), engine.start(created.id)])).toEqual(Array(2).fill({ kind: 'started' }));
    const inspection = await engine.inspect(created.id);
    if (inspection.kind !== 'ours') throw new Error(inspection.kind);
    await untilReady(inspection.incarnation);
    return inspection.incarnation;
  }

  it('keeps its state for the next one', async () => {
    const engine = newEngine(newDir());
    const first = await run(engine, 'g');
    await fetch(`${first.address ?? ''}/api/v1/admin/turn`, { method: 'PUT' });
    await engine.remove(first.id);
    const second = await run(engine, 'g');
    expect(await (await fetch(`${second.address ?? ''}/api/v1/admin/status`)).json()).toEqual({ turn: 1, finished: false });
    await engine.close();
    expect(await isHealthy(second.address)).toBe(false);
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('ends with the manager that %s ends', async (signal) => {
    const dir = newDir();
    const manager = join(dir, 'manager.mts');
    const program = `
      import { LocalProcessEngine } from '@galaxy/adapter-local-process';
      const engine = new LocalProcessEngine({ main: new URL(${JSON.stringify(demoEngineMain.href)}), nodeArguments: ${JSON.stringify(nodeArguments)} });
      const { id } = await engine.create({ gameId: 'g', opId: 'op', attempt: 1, imageRef: 'galaxy/demo-engine:ignores-sigterm' });
      await engine.start(id);
      const { incarnation } = await engine.inspect(id);
      console.log(incarnation.address);
      setInterval(() => {}, 1000);`;
    writeFileSync(manager, program.replace('@galaxy/adapter-local-process', new URL('./index.ts', import.meta.url).href));
    const child = spawn(process.execPath, [...nodeArguments, manager], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const address = line.toString().trim();
    await expect.poll(() => isHealthy(address)).toBe(true);
    child.kill(signal);
    await expect.poll(() => isHealthy(address)).toBe(false);
  });

  it("sees nothing of the manager's environment", async () => {
    const engine = newEngine();
    const { address, id } = await run(engine, 'g');
    const names = environmentOf(pidAt(address)).map((entry) => entry.split('=')[0] ?? '');
    expect(names.filter((name) => name !== '' && !name.startsWith('NODE_CHANNEL_')).sort()).toEqual(['HOST', 'PORT']);
    expect(await engine.remove(id)).toBe('removed');
  });

  it('can be asked to end though somebody has frozen it', async () => {
    const engine = newEngine();
    const { address, id } = await run(engine, 'g');
    process.kill(Number(pidAt(address)), 'SIGSTOP');
    expect(await engine.stop(id, 10_000)).toBe('stopped');
    expect(await engine.inspect(id)).toMatchObject({ incarnation: { state: 'exited', exitCode: 0 } });
    await engine.close();
  });
});
