import { DependencyFault } from '@galaxy/ports';
import type { DockerEngine, FaultProxy } from '@galaxy/testing';
import { buildEngineImages, engineImages, startDockerEngine, startFaultProxy, uniqueName } from '@galaxy/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DockerContainerEngine } from '../docker-container-engine.js';

const deadlines = { ping: 300, inspect: 300, create: 300, start: 300, stop: 300, kill: 300, remove: 300, network: 300 };
/** Far less than the usual deadlines of most calls, far more than a busy machine adds to the short ones. */
const PATIENCE_MS = 5000;
const unknown = { dependency: 'container_engine', retryable: true, effect: 'unknown' };
const notDone = { ...unknown, effect: 'not_done' };

async function faultOf(call: Promise<unknown>): Promise<unknown> {
  const fault: unknown = await call.then(
    (value) => value,
    (error: unknown) => error,
  );
  expect(fault).toBeInstanceOf(DependencyFault);
  return fault;
}

describe('a daemon of our own', { timeout: 120_000 }, () => {
  let daemon: DockerEngine;
  let proxy: FaultProxy;
  const network = uniqueName('net');
  // Without init the tiny image's program is pid 1, and then ignores SIGTERM.
  const options = { instance: 'faults', network, addressing: 'container-ip', init: false } as const;
  /** With short deadlines, through the proxy. */
  let hasty: DockerContainerEngine;
  /** With the usual deadlines, straight to the daemon. */
  let patient: DockerContainerEngine;

  beforeAll(async () => {
    daemon = await startDockerEngine();
    await buildEngineImages(daemon);
  }, 120_000);
  afterAll(() => daemon.stop());
  beforeEach(async () => {
    proxy = await startFaultProxy(daemon.host);
    hasty = new DockerContainerEngine({ ...options, host: proxy.url, deadlines });
    patient = new DockerContainerEngine({ ...options, host: daemon.host });
    await patient.prepare('g');
  });
  afterEach(() => proxy.stop());

  const spec = (gameId: string, imageRef: string = engineImages.tiny) => ({ gameId, opId: uniqueName('op'), attempt: 1, imageRef });
  async function created(gameId: string, imageRef?: string): Promise<string> {
    const outcome = await patient.create(spec(gameId, imageRef));
    if (outcome.kind !== 'created') throw new Error(JSON.stringify(outcome));
    return outcome.id;
  }

  it('that hangs is a fault by the deadline for every call, and is found again', async () => {
    const id = await created(uniqueName('game'));
    daemon.pause();
    const begun = performance.now();
    const calls = [hasty.ping(), hasty.find('g'), hasty.inspect(id), hasty.create(spec('h')), hasty.start(id), hasty.stop(id, 0)];
    const more = [
      hasty.kill(id),
      hasty.remove(id),
      hasty.prepare('g'),
      hasty.ensureImage(engineImages.current, new AbortController().signal),
    ];
    for (const fault of await Promise.all([...calls, ...more].map(faultOf))) expect(fault).toMatchObject(unknown);
    expect(performance.now() - begun).toBeLessThan(PATIENCE_MS);
    daemon.resume();
    await expect.poll(() => hasty.ping()).toBeUndefined();
    // What was given up may have happened, or happen yet, or never: repeating it is right in all three cases.
    await expect.poll(() => patient.remove(id)).toBe('gone');
  });

  it('that hangs for long does not use up the sockets', async () => {
    daemon.pause();
    for (let round = 0; round < 3; round += 1) await Promise.all(Array.from({ length: 40 }, () => faultOf(hasty.ping())));
    daemon.resume();
    await expect.poll(() => hasty.ping()).toBeUndefined();
  });

  it('that crashes fails calls at once, and is found again with its containers', async () => {
    const gameId = uniqueName('game');
    const id = await created(gameId);
    await patient.start(id);
    await daemon.kill();
    const begun = performance.now();
    expect(await faultOf(patient.ping())).toMatchObject(notDone);
    expect(await faultOf(patient.start(id))).toMatchObject(notDone);
    expect(performance.now() - begun).toBeLessThan(PATIENCE_MS);
    await daemon.restart();
    expect(await patient.find(gameId)).toMatchObject({ kind: 'ours', incarnation: { id, state: 'running' } });
    expect(await patient.remove(id)).toBe('removed');
  });

  it('that crashes during a stop leaves the outcome open', async () => {
    const id = await created(uniqueName('game'));
    await patient.start(id);
    const stopping = faultOf(new DockerContainerEngine({ ...options, host: proxy.url }).stop(id, 20_000));
    // The second call is the stop itself; the first looked whether the container is paused.
    await expect.poll(() => proxy.taken).toBe(2);
    await daemon.kill();
    expect(await stopping).toMatchObject(unknown);
    await daemon.restart();
    expect(await patient.kill(id)).toBe('stopped');
    expect(await patient.remove(id)).toBe('removed');
  });

  it('whose reply to a create is lost has created: the look finds our own attempt', async () => {
    const wanted = { ...spec(uniqueName('game')), attempt: 5 };
    await proxy.set({ kind: 'drop_replies' });
    expect(await faultOf(hasty.create(wanted))).toMatchObject(unknown);
    await proxy.set({ kind: 'pass' });
    const { gameId, opId, attempt } = wanted;
    const inspection = await hasty.find(gameId);
    expect(inspection).toMatchObject({ kind: 'ours', incarnation: { owner: { gameId, opId, attempt }, state: 'created' } });
    expect(await hasty.create(wanted)).toEqual({ kind: 'name_taken' });
    if (inspection.kind === 'ours') await patient.remove(inspection.incarnation.id);
  });

  it.each([
    ['cut in its headers', 20],
    ['cut in its body', 400],
  ])('whose reply is %s is a fault by the deadline', async (_, afterBytes) => {
    const id = await created(uniqueName('game'));
    for (const then of ['reset', 'end', 'silence'] as const) {
      await proxy.set({ kind: 'cut_reply', afterBytes, then });
      expect(await faultOf(hasty.inspect(id))).toMatchObject(unknown);
    }
    await proxy.set({ kind: 'pass' });
    expect(await hasty.inspect(id)).toMatchObject({ kind: 'ours' });
    await patient.remove(id);
  });

  it('stops a game without holding up the others', async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, () => created(uniqueName('game'))));
    await Promise.all(ids.map((id) => patient.start(id)));
    const ended: string[] = [];
    const stops = ids.map(async (id) => ended.push(await patient.stop(id, 60_000)));
    for (let round = 0; round < 5; round += 1) await Promise.all(ids.map((id) => patient.inspect(id)));
    expect(ended).toEqual([]);
    await Promise.all(ids.map((id) => patient.kill(id)));
    await Promise.all(stops);
    expect(ended).toEqual(Array(12).fill('stopped'));
    await Promise.all(ids.map((id) => patient.remove(id)));
  });
});
