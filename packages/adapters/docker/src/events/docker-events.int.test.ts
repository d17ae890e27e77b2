import { existsSync } from 'node:fs';
import type { DockerEngine, FaultProxy } from '@galaxy/testing';
import { buildEngineImages, engineImages, startDockerEngine, startFaultProxy, uniqueName, waitFor } from '@galaxy/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { EventLimits } from '../client/docker-engine-options.js';
import { DockerContainerEngine } from '../docker-container-engine.js';
import { DockerContainerFleet } from '../docker-container-fleet.js';

// Init is off, so that the process of a container is the engine itself.
const options = { instance: 'events', network: uniqueName('net'), addressing: 'container-ip', init: false } as const;

describe('the events of a daemon of our own', { timeout: 120_000 }, () => {
  let daemon: DockerEngine;
  let proxy: FaultProxy;
  /** Straight to the daemon. */
  let engine: DockerContainerEngine;

  beforeAll(async () => {
    daemon = await startDockerEngine();
    await buildEngineImages(daemon);
    engine = new DockerContainerEngine({ ...options, host: daemon.host });
    await engine.prepare('g');
  }, 120_000);
  afterAll(() => daemon.stop());
  beforeEach(async () => {
    proxy = await startFaultProxy(daemon.host);
  });
  afterEach(() => proxy.stop());

  const hasty: Partial<EventLimits> = { pingAfterMs: 200, giveUpMs: 60_000 };
  const fleetOver = (host: string, events: Partial<EventLimits> = {}) =>
    new DockerContainerFleet({ ...options, host, deadlines: { ping: 1_000 }, events });

  /** What is told, in short: `connected`, or the id of a game. */
  async function follow(fleet: DockerContainerFleet) {
    const told: string[] = [];
    const end = new AbortController();
    const ended = fleet.watch((hint) => void told.push(hint.kind === 'changed' ? hint.gameId : hint.kind), end.signal);
    ended.catch(() => undefined);
    onTestFinished(() => end.abort());
    await expect.poll(() => told[0]).toBe('connected');
    return { told, ended, count: (what: string) => told.filter((one) => one === what).length };
  }

  async function started(gameId: string): Promise<string> {
    const outcome = await engine.create({ gameId, opId: 'op', attempt: 1, imageRef: engineImages.tiny });
    if (outcome.kind !== 'created') throw new Error(JSON.stringify(outcome));
    // Also after a failure, so that no other test finds it in a list.
    onTestFinished(() => engine.remove(outcome.id).then(() => undefined));
    await engine.start(outcome.id);
    return outcome.id;
  }

  it('go on after the connection was cut, with what happened meanwhile told again once', async () => {
    const { told, count } = await follow(fleetOver(proxy.url));
    const gameId = uniqueName('game');
    const id = await started(gameId);
    await expect.poll(() => count(gameId)).toBe(2);
    const before = told.length;
    proxy.resetAll();
    await engine.kill(id);
    await expect.poll(() => told.slice(before)).toEqual(['connected', gameId]);
    await engine.remove(id);
    await expect.poll(() => told.slice(before)).toEqual(['connected', gameId, gameId]);
  });

  it('go on after a connection was lost without a sign', async () => {
    const { count } = await follow(fleetOver(proxy.url, hasty));
    await proxy.set({ kind: 'black_hole' });
    const gameId = uniqueName('game');
    const id = await started(gameId);
    // Two openings that were in vain.
    await expect.poll(() => proxy.taken).toBeGreaterThan(4);
    await proxy.set({ kind: 'pass' });
    await expect.poll(() => count('connected')).toBeGreaterThanOrEqual(2);
    await expect.poll(() => count(gameId)).toBe(2);
    await engine.remove(id);
  });

  it('go on after the daemon hung for a while', async () => {
    const { count } = await follow(fleetOver(proxy.url, hasty));
    const gameId = uniqueName('game');
    const id = await started(gameId);
    await expect.poll(() => count(gameId)).toBe(2);
    daemon.pause();
    onTestFinished(() => daemon.resume());
    // One more connection asks whether the daemon is there; only when that was in vain, the next one opens the stream anew.
    const before = proxy.taken;
    await expect.poll(() => proxy.taken).toBeGreaterThanOrEqual(before + 2);
    daemon.resume();
    await expect.poll(() => count('connected')).toBeGreaterThanOrEqual(2);
    await engine.remove(id);
    await expect.poll(() => count(gameId)).toBe(4);
  });

  it('end in a fault when the daemon hangs for long, and can be followed again afterwards', async () => {
    const { ended } = await follow(fleetOver(daemon.host, { pingAfterMs: 200, giveUpMs: 1_000 }));
    daemon.pause();
    onTestFinished(() => daemon.resume());
    await expect(ended).rejects.toMatchObject({ dependency: 'container_engine', retryable: true });
    daemon.resume();
    const { count } = await follow(fleetOver(daemon.host));
    const gameId = uniqueName('game');
    const id = await started(gameId);
    await expect.poll(() => count(gameId)).toBe(2);
    await engine.remove(id);
  });

  it('say nothing of a death while the daemon was down, but connected is told, and the list shows it', async () => {
    // However long the daemon takes to come back.
    const fleet = fleetOver(daemon.host, { giveUpMs: 60_000 });
    const { engineId } = await fleet.list();
    const [dead, alive] = [uniqueName('game'), uniqueName('game')];
    const ids = [await started(dead), await started(alive)];
    const { State } = await daemon.json<{ State: { Pid: number } }>({ method: 'GET', path: `/containers/${ids[0] ?? ''}/json` });
    const { told, count } = await follow(fleet);
    await daemon.kill();
    process.kill(State.Pid, 'SIGKILL');
    // Reaped by its shim: a daemon that is back before that hears of the death, and tells it.
    await waitFor('the death', () => !existsSync(`/proc/${State.Pid}`));
    await daemon.restart();
    await expect.poll(() => count('connected')).toBeGreaterThanOrEqual(2);
    const list = await fleet.list();
    expect(list.engineId).toBe(engineId);
    const states = Object.fromEntries(list.incarnations.map(({ owner, state }) => [owner.gameId, state]));
    expect(states).toEqual({ [dead]: 'exited', [alive]: 'running' });
    // Whatever was told of it was told before the crash.
    expect(told.slice(told.lastIndexOf('connected') + 1)).toEqual([]);
    for (const id of ids) await engine.remove(id);
    await expect.poll(() => told.slice(told.lastIndexOf('connected') + 1)).toEqual([dead, alive, alive]);
  });
});
