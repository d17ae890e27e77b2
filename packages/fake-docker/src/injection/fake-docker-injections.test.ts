import type { DockerAnswer } from '@galaxy/testing';
import { engineImages, waitFor } from '@galaxy/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { containersOf } from '../fake-containers.test-support.js';
import type { FakeDockerEngine } from '../fake-docker-engine.js';
import { startFakeDockerEngine } from '../fake-docker-engine.js';
import type { CallInjection } from './call-injections.js';

let fake: FakeDockerEngine;
let containers: ReturnType<typeof containersOf>;
beforeEach(async () => {
  fake = await startFakeDockerEngine({ seed: 7 });
  containers = containersOf(fake);
});
afterEach(() => fake.stop());

/** The status of an answer; `cut` for none. */
const seen = (call: Promise<DockerAnswer>) =>
  call.then(
    ({ status }) => status,
    () => 'cut',
  );

describe('an injection into a call', () => {
  it.each<[CallInjection, number | 'cut', string]>([
    [{ kind: 'delay', ms: 50 }, 204, 'running'],
    [{ kind: 'lose_reply' }, 'cut', 'running'],
    [{ kind: 'fail_after' }, 500, 'running'],
    [{ kind: 'refuse', status: 503, message: 'shutting down' }, 503, 'created'],
    [{ kind: 'reset' }, 'cut', 'created'],
  ])('%j', async (injection, answer, status) => {
    await containers.create('g1');
    const rule = fake.injections.onCall({ endpoint: 'start', gameId: 'g1', injection });
    expect(await seen(containers.act('g1', 'start'))).toBe(answer);
    expect([await containers.status('g1'), rule.hits]).toEqual([status, 1]);
    rule.remove();
    expect(await seen(containers.act('g1', 'start'))).toBe(status === 'running' ? 304 : 204);
  });

  it('{"kind":"cut_reply"}', async () => {
    fake.injections.onCall({ endpoint: 'create', injection: { kind: 'cut_reply' }, times: 1 });
    await expect(containers.create('g1')).rejects.toThrow('aborted');
    expect(await containers.status('g1')).toBe('created');
  });

  it('{"kind":"hang"}', async () => {
    fake.injections.onCall({ endpoint: ['list', 'info'], injection: { kind: 'hang' } });
    await expect(fake.call({ method: 'GET', path: '/info', timeoutMs: 100 })).rejects.toThrow('aborted');
    expect(await seen(fake.call({ method: 'GET', path: '/_ping' }))).toBe(200);
  });

  it('{"kind":"late"}: the connection is lost at once, and the call is carried out later, if the daemon runs then', async () => {
    fake.injections.onCall({ endpoint: 'create', injection: { kind: 'late', ms: 100 } });
    await expect(containers.create('g1')).rejects.toThrow('socket hang up');
    expect(Object.keys(await containers.list())).toEqual([]);
    await waitFor('the late create', async () => Object.keys(await containers.list()).length === 1);
    await expect(containers.create('h1')).rejects.toThrow('socket hang up');
    await fake.restart();
    await expect(containers.create('i1')).rejects.toThrow('socket hang up');
    await waitFor('the other late create', async () => Object.keys(await containers.list()).length === 2);
    expect(fake.audit.lives.map(({ name }) => name)).toEqual(['g1', 'i1']);
  });

  it('skips the first calls, ends after some calls, and counts', async () => {
    const refuse: CallInjection = { kind: 'refuse', status: 503, message: 'no' };
    const rule = fake.injections.onCall({ endpoint: 'ping', injection: refuse, skip: 1, times: 2 });
    const pings = [];
    for (let call = 0; call < 5; call += 1) pings.push(await seen(fake.call({ method: 'GET', path: '/_ping' })));
    expect(pings).toEqual([200, 503, 503, 200, 200]);
    expect([rule.hits, fake.audit.calls.get('ping')]).toEqual([2, 5]);
  });

  it('is drawn by the seed for each game alone, in whatever order calls come', async () => {
    const played = async (order: readonly string[]) => {
      const engine = await startFakeDockerEngine({ seed: 3 });
      const own = containersOf(engine);
      for (const game of ['a1', 'b1']) await own.create(game);
      engine.injections.onCall({ endpoint: 'inspect', injection: { kind: 'refuse', status: 500, message: '' }, probability: 0.5 });
      const told: Record<string, unknown[]> = { a1: [], b1: [] };
      for (const game of order) told[game]?.push(await seen(engine.call({ method: 'GET', path: `/containers/${game}/json` })));
      await engine.stop();
      return told;
    };
    const first = await played([...Array<string>(20).fill('a1'), ...Array<string>(20).fill('b1')]);
    expect(await played(Array.from({ length: 40 }, (_, call) => (call % 2 === 0 ? 'b1' : 'a1')))).toEqual(first);
    expect(new Set(first['a1'])).toEqual(new Set([200, 500]));
    expect(first['a1']).not.toEqual(first['b1']);
  });
});

describe('a container', () => {
  it('that hangs answers nothing, while lists and other containers work, and goes on when this is undone', async () => {
    const [stuck, well] = [await containers.run('stuck'), await containers.run('well')];
    const undo = fake.injections.hang('stuck');
    const calls = ['stop?t=0', 'kill', 'start', 'pause'].map((what) => seen(containers.act(stuck, what)));
    await expect(fake.call({ method: 'GET', path: `/containers/${stuck}/json`, timeoutMs: 100 })).rejects.toThrow('aborted');
    expect(await containers.list()).toEqual({ [stuck]: 'running', [well]: 'running' });
    expect((await containers.act(well, 'stop')).status).toBe(204);
    undo();
    expect(await Promise.all(calls)).toHaveLength(4);
  });

  it('may go on for a while after SIGKILL', async () => {
    await containers.run('g1');
    fake.injections.slowKill('g1', 200);
    const begun = performance.now();
    const killing = containers.act('g1', 'kill');
    await expect.poll(() => fake.audit.calls.get('kill')).toBe(1);
    expect(await containers.status('g1')).toBe('running');
    expect((await killing).status).toBe(204);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(195);
  });

  it('may be slow to remove: other calls are refused because a removal is under way', async () => {
    const id = await containers.run('g1');
    fake.injections.slowRemoval(id, 150);
    const removing = containers.remove('g1');
    await waitFor('the removal', async () => (await containers.status('g1')) === 'removing');
    expect(await containers.remove('g1')).toMatchObject({ status: 409, body: expect.stringContaining('already in progress') });
    expect(await containers.act('g1', 'start')).toMatchObject({ status: 409, body: expect.stringContaining('marked for removal') });
    await expect(containers.create('g1')).rejects.toThrow('409');
    expect((await removing).status).toBe(204);
    await containers.create('g1');
  });
});

describe('a list right after a restart', () => {
  it('may show the containers as they were before', async () => {
    const [gone, alive] = [await containers.run('gone'), await containers.run('alive')];
    fake.injections.listAfterRestart = { kind: 'stale', forMs: 200 };
    await fake.restart();
    await containers.remove('gone');
    expect(await containers.list()).toEqual({ [gone]: 'running', [alive]: 'running' });
    await waitFor('the truth', async () => !((await containers.list())[gone] !== undefined));
    expect(await containers.list()).toEqual({ [alive]: 'running' });
  });

  it('may lack some containers that an inspect finds', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, (_, index) => containers.create(`g${index}`)));
    fake.injections.listAfterRestart = { kind: 'missing', forMs: 60_000, share: 0.5 };
    expect(Object.keys(await containers.list())).toHaveLength(20);
    await fake.restart();
    const listed = Object.keys(await containers.list());
    expect(listed.length).toBeGreaterThan(0);
    expect(listed.length).toBeLessThan(20);
    for (const id of ids) expect(await containers.status(id)).toBe('created');
    fake.injections.clear();
    expect(Object.keys(await containers.list())).toHaveLength(20);
  });
});

it('has no space left while the disk is full', async () => {
  await containers.create('before');
  fake.injections.diskFull = true;
  await expect(containers.create('g1')).rejects.toThrow('no space left on device');
  const pull = { method: 'POST', path: '/images/create?fromImage=galaxy/demo-engine&tag=1.0.0' } as const;
  expect((await fake.call(pull)).body).toContain('no space left on device');
  expect((await containers.act('before', 'start')).status).toBe(204);
  fake.injections.diskFull = false;
  await containers.create('g1', engineImages.tiny);
});
