import { uniqueName } from '../test-servers.js';
import type { DockerApi } from './docker-api.js';
import { freshNetwork } from './fresh-network.js';

/** The part of an inspect that the tests of this package read. */
export interface InspectedContainer {
  readonly State: { readonly Running: boolean; readonly Pid: number; readonly ExitCode: number; readonly Status: string };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>> };
}

export function inspect(engine: DockerApi, id: string): Promise<InspectedContainer> {
  return engine.json({ method: 'GET', path: `/containers/${id}/json` });
}

/** Starts a container on a network of its own, and returns its id and its address. */
export async function startContainer(engine: DockerApi, image: string, hostConfig: object = {}): Promise<{ id: string; address: string }> {
  const network = await freshNetwork(engine);
  const json = { Image: image, HostConfig: { NetworkMode: network.name, ...hostConfig } };
  const path = `/containers/create?name=${uniqueName('test')}`;
  const { Id: id } = await engine.json<{ Id: string }>({ method: 'POST', path, json });
  await engine.json({ method: 'POST', path: `/containers/${id}/start` });
  const { NetworkSettings } = await inspect(engine, id);
  return { id, address: NetworkSettings.Networks[network.name]?.IPAddress ?? '' };
}
