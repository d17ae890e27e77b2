import { describe, expect, it } from 'vitest';
import { inspect, startContainer } from '../servers/docker/test-containers.js';
import { testServers } from '../servers/test-servers.js';
import { buildEngineImages } from './build-engine-images.js';
import { engineImages } from './engine-images.js';

const { docker } = testServers();

/** Those hardened settings of the manager that an image must work with. */
const hardened = {
  ReadonlyRootfs: true,
  CapDrop: ['ALL'],
  SecurityOpt: ['no-new-privileges:true'],
  Init: true,
  PidsLimit: 128,
  Memory: 536_870_912,
  Tmpfs: { '/tmp': 'rw,noexec,nosuid,nodev,size=16m,mode=1777' },
};

const get = async (address: string, path: string, method = 'GET'): Promise<{ status: number; body: unknown }> => {
  const response = await fetch(`http://${address}:8080${path}`, { method });
  return { status: response.status, body: await response.json() };
};
const stop = (id: string, grace: number): Promise<unknown> => docker.json({ method: 'POST', path: `/containers/${id}/stop?t=${grace}` });
const pollHealth = (address: string) =>
  expect.poll(() =>
    get(address, '/healthz').then(
      (answer) => answer.status,
      () => 0,
    ),
  );

describe('engine images', () => {
  it('run hardened, play a turn and end on SIGTERM', async () => {
    const { id, address } = await startContainer(docker, engineImages.current, hardened);
    await pollHealth(address).toBe(200);
    expect((await get(address, '/api/v1/admin/turn', 'PUT')).body).toEqual({ turn: 1, finished: false });
    await stop(id, 10);
    expect((await inspect(docker, id)).State.ExitCode).toBe(0);
  });

  it('end on SIGTERM, also as pid 1', async () => {
    const { id, address } = await startContainer(docker, engineImages.patch);
    await pollHealth(address).toBe(200);
    await stop(id, 10);
    expect((await inspect(docker, id)).State.ExitCode).toBe(0);
  });

  it('end on SIGKILL only when told to ignore SIGTERM', async () => {
    const { id, address } = await startContainer(docker, engineImages.ignoresSigterm, hardened);
    await pollHealth(address).toBe(200);
    await stop(id, 1);
    expect((await inspect(docker, id)).State.ExitCode).toBe(137);
  });

  it('exit before they are ready', async () => {
    const { id } = await startContainer(docker, engineImages.exitsEarly);
    await expect.poll(async () => (await inspect(docker, id)).State).toMatchObject({ Status: 'exited', ExitCode: 3 });
  });

  it('are slow or never ready', async () => {
    const [never, slow] = await Promise.all([
      startContainer(docker, engineImages.neverReady),
      startContainer(docker, engineImages.slowReady),
    ]);
    await pollHealth(slow.address).toBe(503);
    await pollHealth(slow.address).toBe(200);
    expect((await get(never.address, '/healthz')).status).toBe(503);
  });

  it('finish their game, or fail a turn', async () => {
    const [finishes, fails] = await Promise.all([
      startContainer(docker, engineImages.finishes),
      startContainer(docker, engineImages.failsTurn),
    ]);
    await pollHealth(finishes.address).toBe(200);
    await pollHealth(fails.address).toBe(200);
    await get(finishes.address, '/api/v1/admin/turn', 'PUT');
    expect((await get(finishes.address, '/api/v1/admin/turn', 'PUT')).body).toEqual({ turn: 2, finished: true });
    expect((await get(fails.address, '/api/v1/admin/turn', 'PUT')).status).toBe(500);
  });

  it('cannot be started with a bad command', async () => {
    await expect(startContainer(docker, engineImages.badCommand)).rejects.toThrow('/no/such/program');
  });

  it('are loaded once', async () => {
    const idOf = async (ref: string): Promise<string> =>
      (await docker.json<{ Id: string }>({ method: 'GET', path: `/images/${ref}/json` })).Id;
    const ids = await Promise.all(Object.values(engineImages).map(idOf));
    expect(new Set(ids).size).toBe(Object.keys(engineImages).length);
    await buildEngineImages(docker);
    expect(await Promise.all(Object.values(engineImages).map(idOf))).toEqual(ids);
  });
});
