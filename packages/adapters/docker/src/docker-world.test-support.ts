import type { ContainerFleetUnderTest } from '@galaxy/manager-port-contracts';
import type { DockerApi } from '@galaxy/testing';
import { engineImages, startFaultProxy, testServers, uniqueName, waitFor } from '@galaxy/testing';
import { DockerContainerEngine } from './docker-container-engine.js';
import { DockerContainerFleet } from './docker-container-fleet.js';

const { docker } = testServers();

/** An installation of its own on a daemon, by default the shared one, behind a proxy, with another installation beside it. */
export async function openDockerWorld(network: string, daemon: DockerApi = docker): Promise<ContainerFleetUnderTest> {
  const proxy = await startFaultProxy(daemon.host);
  const [instance, another] = [uniqueName('instance'), uniqueName('another')];
  const options = { host: proxy.url, instance, network, addressing: 'container-ip' } as const;
  const engine = new DockerContainerEngine(options);
  const others = new DockerContainerEngine({ ...options, host: daemon.host, instance: another });
  return {
    engine,
    fleet: new DockerContainerFleet(options),
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
      await others.prepare(gameId);
      const outcome = await others.create({ gameId, opId: 'op', attempt: 1, imageRef: engineImages.tiny });
      if (outcome.kind !== 'created') throw new Error(outcome.kind);
      return outcome.id;
    },
    pause: (id) => daemon.json({ method: 'POST', path: `/containers/${id}/pause` }),
    endBehindItsBack: (id) => daemon.json({ method: 'POST', path: `/containers/${id}/kill` }),
    cutOff: () => proxy.set({ kind: 'refuse' }),
    restore: () => proxy.set({ kind: 'pass' }),
    close: async () => {
      await Promise.all([instance, another].map((name) => removeInstance(daemon, name)));
      await proxy.stop();
    },
  };
}

async function removeInstance(api: DockerApi, instance: string): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`galaxy.instance=${instance}`] }));
  const found = await api.json<{ Id: string }[]>({ method: 'GET', path: `/containers/json?all=1&filters=${filters}` });
  await Promise.all(found.map(({ Id }) => api.call({ method: 'DELETE', path: `/containers/${Id}?force=1&v=1` })));
}
