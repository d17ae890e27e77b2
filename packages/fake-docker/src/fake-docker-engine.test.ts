import { engineImages, waitFor } from '@galaxy/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { containersOf, eventsOf } from './fake-containers.test-support.js';
import type { FakeDockerEngine } from './fake-docker-engine.js';
import { startFakeDockerEngine } from './fake-docker-engine.js';

let fake: FakeDockerEngine;
let containers: ReturnType<typeof containersOf>;
const engines: FakeDockerEngine[] = [];

async function start(options: Parameters<typeof startFakeDockerEngine>[0] = {}): Promise<FakeDockerEngine> {
  const engine = await startFakeDockerEngine(options);
  engines.push(engine);
  return engine;
}
beforeEach(async () => {
  fake = await start();
  containers = containersOf(fake);
});
afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.stop())));

const answers = async (address: string) => {
  const response = await fetch(`${address}/healthz`, { signal: AbortSignal.timeout(500) }).catch(() => null);
  return response?.status ?? null;
};
const engineId = async () => (await fake.json<{ ID: string }>({ method: 'GET', path: '/info' })).ID;
const containerEvents = () => eventsOf(fake, '&filters={"type":["container"]}');

describe('the engine in a container', () => {
  it('answers at an address of its own for as long as the container runs', async () => {
    const [one, two] = [await containers.run('g1'), await containers.run('g2')];
    const [first, second] = [await containers.address(one), await containers.address(two)];
    expect(first).not.toBe(second);
    expect([await answers(first), await answers(second)]).toEqual([200, 200]);
    await containers.act(one, 'stop');
    expect([await answers(first), await answers(second)]).toEqual([null, 200]);
    expect(await containers.address(one)).toBe('');
  });

  it('has addresses that no other fake engine has', async () => {
    const other = await start();
    const mine = await containers.address(await containers.run('g1'));
    const theirs = await containersOf(other).address(await containersOf(other).run('g1'));
    expect(mine).not.toBe(theirs);
    await containers.remove('g1');
    expect([await answers(mine), await answers(theirs)]).toEqual([null, 200]);
  });

  it('generates turns, and ends its game when its image says so', async () => {
    const address = await containers.address(await containers.run('g1', engineImages.finishes));
    const turn = async () => (await fetch(`${address}/api/v1/admin/turn`, { method: 'PUT' })).status;
    expect([await turn(), await turn(), await turn()]).toEqual([200, 200, 409]);
    expect(await (await fetch(`${address}/api/v1/admin/status`)).json()).toEqual({ turn: 2, finished: true });
  });

  it('boots as slowly as its image says, and SIGTERM kills it before it has booted', async () => {
    fake.images.load('games/slow:1', { behaviour: { bootMs: 150 } });
    const begun = performance.now();
    const id = await containers.run('g1', 'games/slow:1');
    const address = await containers.address(id);
    expect(await answers(address)).toBe(null);
    await waitFor('the engine', async () => (await answers(address)) === 200);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(150);
    await containers.run('hasty', 'games/slow:1');
    await containers.act('hasty', 'stop');
    expect((await containers.inspect('hasty')).State).toMatchObject({ Status: 'exited', ExitCode: 143 });
  });

  it('answers nothing while it is paused, and afterwards also the requests that came meanwhile', async () => {
    const address = await containers.address(await containers.run('g1'));
    await containers.act('g1', 'pause');
    expect(await answers(address)).toBe(null);
    const asked = fetch(`${address}/healthz`);
    await containers.act('g1', 'unpause');
    expect((await asked).status).toBe(200);
  });

  it.each([
    ['hangs', null],
    ['cuts', null],
    ['unhealthy', 503],
    ['answers', 200],
  ] as const)('%s when it is told to', async (mode, status) => {
    const address = await containers.address(await containers.run('g1'));
    fake.setEngine('g1', mode);
    expect(await answers(address)).toBe(status);
  });

  it('takes as long to end as its image says, but no longer than the grace', async () => {
    fake.images.load('games/lazy:1', { behaviour: { stopMs: 200 } });
    await containers.run('patient', 'games/lazy:1');
    await containers.run('hasty', 'games/lazy:1');
    await Promise.all([containers.act('patient', 'stop?t=5'), containers.act('hasty', 'stop?t=0')]);
    expect((await containers.inspect('patient')).State.ExitCode).toBe(0);
    expect((await containers.inspect('hasty')).State.ExitCode).toBe(137);
  });
});

describe('an engine that is killed', () => {
  it('loses its socket and its events, and keeps the rest; containers run on', async () => {
    const id = await containers.run('g1');
    const [before, address] = [await engineId(), await containers.address(id)];
    await fake.kill();
    await expect(fake.call({ method: 'GET', path: '/_ping' })).rejects.toThrow('ENOENT');
    expect(await answers(address)).toBe(200);
    await fake.restart();
    expect([await engineId(), await containers.status(id), await answers(address)]).toEqual([before, 'running', 200]);
    expect(await eventsOf(fake)).toEqual([]);
  });

  it('has no event of an end that happened meanwhile, but knows the exit code', async () => {
    const id = await containers.run('g1');
    await fake.kill();
    fake.crash(id, { exitCode: 137, outOfMemory: true });
    await fake.restart();
    expect((await containers.inspect(id)).State).toMatchObject({ Status: 'exited', ExitCode: 137, OOMKilled: true });
    expect(await eventsOf(fake)).toEqual([]);
  });

  it('ends its containers at its next start without live-restore', async () => {
    fake = await start({ liveRestore: false });
    containers = containersOf(fake);
    const address = await containers.address(await containers.run('g1'));
    await fake.kill();
    expect(await answers(address)).toBe(200);
    await fake.restart();
    expect((await containers.inspect('g1')).State).toMatchObject({ Status: 'exited', ExitCode: 137 });
    expect(await answers(address)).toBe(null);
  });

  it('never finishes a stop or a removal that was under way', async () => {
    fake.images.load('games/stubborn:1', { behaviour: { ignoresSigterm: true } });
    await containers.run('stopping', 'games/stubborn:1');
    await containers.run('going');
    fake.injections.slowRemoval('going', 60_000);
    const calls = Promise.allSettled([containers.act('stopping', 'stop?t=1'), containers.remove('going')]);
    await waitFor('the removal', async () => (await containers.status('going')) === 'removing');
    await fake.kill();
    expect((await calls).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await fake.restart();
    expect([await containers.status('stopping'), await containers.status('going')]).toEqual(['running', 'exited']);
    fake.injections.clear();
    expect((await containers.remove('going')).status).toBe(204);
  });

  it('can come back on an empty data root and as another engine', async () => {
    const address = await containers.address(await containers.run('g1'));
    const before = await engineId();
    await fake.restart({ emptied: true, newId: true });
    expect([await containers.list(), await answers(address)]).toEqual([{}, null]);
    expect(await engineId()).not.toBe(before);
    expect((await fake.call({ method: 'GET', path: `/images/${engineImages.current}/json` })).status).toBe(404);
    const path = `/images/create?fromImage=galaxy/demo-engine&tag=1.0.0`;
    expect((await fake.call({ method: 'POST', path })).status).toBe(200);
    await containers.run('g1');
    expect(fake.audit.left).toHaveLength(1);
  });
});

it('answers nothing while it is frozen, and sends events of what happened afterwards', async () => {
  await containers.run('g1');
  fake.pause();
  const ping = fake.call({ method: 'GET', path: '/_ping' });
  fake.crash('g1', { exitCode: 3 });
  await expect(fake.call({ method: 'GET', path: '/_ping', timeoutMs: 50 })).rejects.toThrow();
  fake.resume();
  expect((await ping).status).toBe(200);
  expect(await containerEvents()).toEqual(['create', 'start', 'die(3)']);
});

describe('capacity', () => {
  it('is as much as a bridge has ports', async () => {
    fake = await start({ bridgePorts: 2 });
    containers = containersOf(fake);
    for (const game of ['a1', 'b1']) await containers.run(game);
    await containers.create('c1');
    const { status, body } = await containers.act('c1', 'start');
    expect([status, body]).toEqual([500, expect.stringContaining('exchange full')]);
    await containers.act('a1', 'kill');
    expect((await containers.act('c1', 'start')).status).toBe(204);
  });

  it('is as much as a network has addresses', async () => {
    await fake.json({ method: 'POST', path: '/networks/create', json: { Name: 'small', IPAM: { Config: [{ Subnet: '198.18.0.0/30' }] } } });
    const on = { HostConfig: { NetworkMode: 'small' } };
    for (const game of ['a1', 'b1']) await containers.create(game, undefined, game, on);
    expect((await containers.act('a1', 'start')).status).toBe(204);
    expect((await containers.act('b1', 'start')).body).toContain('no available IPv4 addresses');
  });

  it('is for 15 networks', async () => {
    const make = (Name: string) => fake.call({ method: 'POST', path: '/networks/create', json: { Name } });
    for (let made = 1; made < 15; made += 1) expect((await make(`n${made}`)).status).toBe(201);
    expect((await make('one-more')).body).toContain('could not find an available, non-overlapping IPv4 address pool');
    await fake.call({ method: 'DELETE', path: '/networks/n1' });
    expect((await make('one-more')).status).toBe(201);
  });

  it('is for a thousand containers, each with an address of its own', { timeout: 60_000 }, async () => {
    const games = Array.from({ length: 1000 }, (_, index) => `g${index}`);
    for (let at = 0; at < games.length; at += 50) await Promise.all(games.slice(at, at + 50).map((game) => containers.run(game)));
    const addresses = await Promise.all([games[0], games[499], games[999]].map((game) => containers.address(game ?? '')));
    expect(await Promise.all(addresses.map(answers))).toEqual([200, 200, 200]);
    expect(new Set(addresses).size).toBe(3);
    expect(Object.keys(await containers.list())).toHaveLength(1000);
  });
});

describe('events', () => {
  it('come in the order of the real daemon', async () => {
    fake.images.load('games/stubborn:1', { behaviour: { ignoresSigterm: true } });
    await containers.run('g1', 'games/stubborn:1');
    await containers.act('g1', 'stop?t=0');
    await containers.act('g1', 'start');
    await containers.act('g1', 'kill');
    await containers.act('g1', 'start');
    await containers.remove('g1');
    const stop = ['kill(15)', 'kill(9)', 'die(137)', 'disconnect', 'stop'];
    const kill = ['kill(9)', 'die(137)', 'disconnect'];
    expect(await eventsOf(fake)).toEqual([
      'create',
      'connect',
      'start',
      ...stop,
      'connect',
      'start',
      ...kill,
      'connect',
      'start',
      ...kill,
      'destroy',
    ]);
  });

  it('are kept up to 256', async () => {
    for (let made = 0; made < 300; made += 1) await containers.create('g1', undefined, `c${made}`);
    expect(await containerEvents()).toHaveLength(256);
  });

  it('that are lost, doubled or late depend only on the seed', async () => {
    const run = async (seed: number) => {
      fake = await start({ seed });
      containers = containersOf(fake);
      fake.injections.onEvents({ lose: 0.2, duplicate: 0.2, reorder: 0.2 });
      for (let round = 0; round < 20; round += 1) {
        await containers.run('g1');
        await containers.remove('g1');
      }
      // Sorted, because the order of late events depends on timing.
      return [...(await containerEvents())].sort();
    };
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    // 5 events in each of 20 rounds, some of them gone, some of them twice.
    expect(first).not.toEqual(Array(20).fill(['create', 'start', 'kill(9)', 'die(137)', 'destroy']).flat().sort());
  });
});
