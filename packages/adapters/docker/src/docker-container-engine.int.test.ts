import { containerName } from '@galaxy/domain';
import { containerEngineContract } from '@galaxy/port-contracts';
import { engineImages, startFaultProxy, testServers, uniqueName, waitFor } from '@galaxy/testkit';
import { afterAll } from 'vitest';
import { DockerContainerEngine } from './docker-container-engine.js';

const { docker, dockerHost } = testServers();
const network = uniqueName('net');

afterAll(async () => {
  await docker.call({ method: 'DELETE', path: `/networks/${network}` });
});

containerEngineContract('Docker', async () => {
  const proxy = await startFaultProxy(dockerHost);
  const instance = uniqueName('instance');
  const engine = new DockerContainerEngine({ host: proxy.url, instance, network, addressing: 'container-ip', pullPolicy: 'if-missing' });
  return {
    engine,
    images: {
      healthy: engineImages.current,
      missing: `localhost:1/${uniqueName('none')}:1.0.0`,
      exitsEarly: { ref: engineImages.exitsEarly, exitCode: 3 },
      refusesStart: engineImages.badCommand,
      ignoresSigterm: engineImages.ignoresSigterm,
    },
    untilReady: async ({ address }) => {
      await waitFor('the engine', async () => (await fetch(`${address ?? ''}/healthz`)).ok);
    },
    plantForeign: async (gameId) => {
      const json = { Image: engineImages.tiny, Labels: { 'galaxy.managed': 'true', 'galaxy.instance': 'another', test: instance } };
      const path = `/containers/create?name=${containerName(gameId)}`;
      return (await docker.json<{ Id: string }>({ method: 'POST', path, json })).Id;
    },
    pause: (id) => docker.json({ method: 'POST', path: `/containers/${id}/pause` }),
    cutOff: () => proxy.set({ kind: 'refuse' }),
    restore: () => proxy.set({ kind: 'pass' }),
    close: async () => {
      await Promise.all([removeAll(`galaxy.instance=${instance}`), removeAll(`test=${instance}`)]);
      await proxy.stop();
    },
  };
});

async function removeAll(label: string): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
  const found = await docker.json<{ Id: string }[]>({ method: 'GET', path: `/containers/json?all=1&filters=${filters}` });
  await Promise.all(found.map(({ Id }) => docker.call({ method: 'DELETE', path: `/containers/${Id}?force=1&v=1` })));
}
