import { setTimeout as sleep } from 'node:timers/promises';
import type { DockerApi } from '@galaxy/testing';

interface Model {
  readonly Config: object;
  readonly HostConfig: object;
}

/** Starts engines by the bare Docker API. No manager can be faster. */
export interface BareEngine {
  /** Creates and starts a container with this name, with the settings of the model. Returns once its engine is healthy. */
  start(name: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Reads the settings of a container, to make others like it. */
export async function bareEngineLike(docker: DockerApi, id: string, network: string): Promise<BareEngine> {
  const { Config, HostConfig } = await docker.json<Model>({ method: 'GET', path: `/containers/${id}/json` });
  return {
    start: async (name) => {
      const json = {
        ...Config,
        Hostname: name,
        Labels: {},
        HostConfig,
        NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [name] } } },
      };
      const { Id } = await docker.json<{ Id: string }>({ method: 'POST', path: `/containers/create?name=${name}`, json });
      await docker.json({ method: 'POST', path: `/containers/${Id}/start` });
      const { NetworkSettings } = await docker.json<{ NetworkSettings: { Networks: Record<string, { IPAddress: string }> } }>({
        method: 'GET',
        path: `/containers/${Id}/json`,
      });
      const url = `http://${NetworkSettings.Networks[network]?.IPAddress ?? ''}:8080/healthz`;
      while (!(await isHealthy(url))) await sleep(5);
    },
    remove: async (name) => {
      await docker.json({ method: 'DELETE', path: `/containers/${name}?force=1&v=1` });
    },
  };
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
