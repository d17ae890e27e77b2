import { containerName } from '@galaxy/domain';
import { containerEngineContract } from '@galaxy/port-contracts';
import { engineImages, startFakeDockerEngine, startFaultProxy, uniqueName, waitFor } from '@galaxy/testkit';
import { DockerContainerEngine } from './docker-container-engine.js';

// The same suite that runs on a real daemon: what it promises through the adapter, the fake one must promise, too.
containerEngineContract('Docker on a fake engine', async () => {
  const daemon = await startFakeDockerEngine();
  const proxy = await startFaultProxy(daemon.host);
  return {
    engine: new DockerContainerEngine({ host: proxy.url, instance: 'fake', network: uniqueName('net'), addressing: 'container-ip' }),
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
      const json = { Image: engineImages.tiny, Labels: { 'galaxy.managed': 'true', 'galaxy.instance': 'another' } };
      const path = `/containers/create?name=${containerName(gameId)}`;
      return (await daemon.json<{ Id: string }>({ method: 'POST', path, json })).Id;
    },
    pause: (id) => daemon.json({ method: 'POST', path: `/containers/${id}/pause` }),
    cutOff: () => proxy.set({ kind: 'refuse' }),
    restore: () => proxy.set({ kind: 'pass' }),
    close: async () => {
      await proxy.stop();
      await daemon.stop();
    },
  };
});
