import { containerName } from '@galaxy/domain';
import { containerFleetContract } from '@galaxy/manager-port-contracts';
import { engineImages, startFaultProxy, testServers, uniqueName } from '@galaxy/testing';
import { afterAll, expect, it } from 'vitest';
import { DockerContainerFleet } from './docker-container-fleet.js';
import { openDockerWorld } from './docker-world.test-support.js';

const { docker, dockerHost } = testServers();
const network = uniqueName('net');

afterAll(async () => {
  await docker.call({ method: 'DELETE', path: `/networks/${network}` });
});

containerFleetContract('Docker', () => openDockerWorld(network));

it("shows a container without a label under a game's name as foreign", async () => {
  const name = containerName(uniqueName('game'));
  const json = { Image: engineImages.tiny };
  const { Id: id } = await docker.json<{ Id: string }>({ method: 'POST', path: `/containers/create?name=${name}`, json });
  const { incarnations, foreign } = await new DockerContainerFleet({ host: dockerHost, instance: uniqueName('instance') }).list();
  expect(foreign).toContainEqual({ id, name });
  expect(incarnations).toEqual([]);
  await docker.call({ method: 'DELETE', path: `/containers/${id}` });
});

it('names the engine as the daemon does, and keeps one connection for its lists', async () => {
  const { ID } = await docker.json<{ ID: string }>({ method: 'GET', path: '/info' });
  const proxy = await startFaultProxy(dockerHost);
  const fleet = new DockerContainerFleet({ host: proxy.url, instance: uniqueName('instance') });
  for (let round = 0; round < 3; round += 1) expect(await fleet.list()).toMatchObject({ engineId: ID });
  expect(proxy.taken).toBe(1);
  await proxy.stop();
});

it.each([
  ['cut in its headers', 20],
  ['cut in its body', 400],
])('is a fault by the deadline when the list is %s', async (_, afterBytes) => {
  // So that there is a body to be cut.
  const { Id: id } = await docker.json<{ Id: string }>({ method: 'POST', path: '/containers/create', json: { Image: engineImages.tiny } });
  const proxy = await startFaultProxy(dockerHost);
  const fleet = new DockerContainerFleet({ host: proxy.url, instance: uniqueName('instance'), deadlines: { list: 1_500 } });
  const { engineId } = await fleet.list();
  for (const then of ['reset', 'end', 'silence'] as const) {
    await proxy.set({ kind: 'cut_reply', afterBytes, then });
    await expect(fleet.list()).rejects.toMatchObject({ dependency: 'container_engine', retryable: true });
  }
  await proxy.set({ kind: 'black_hole' });
  await expect(fleet.list()).rejects.toThrow('list the containers: no answer within 1500 ms');
  await proxy.set({ kind: 'pass' });
  expect((await fleet.list()).engineId).toBe(engineId);
  await proxy.stop();
  await docker.call({ method: 'DELETE', path: `/containers/${id}` });
});
