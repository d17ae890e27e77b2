import { randomBytes } from 'node:crypto';
import type { DockerApi } from './docker-api.js';

/** A bridge network that only one test uses. */
export interface FreshNetwork {
  readonly id: string;
  readonly name: string;
  /** Removes it. Rejects while containers are attached. */
  remove(): Promise<void>;
}

/** Creates a user-defined bridge network with a name that no other test has. */
export async function freshNetwork(engine: DockerApi): Promise<FreshNetwork> {
  const name = `test-${randomBytes(6).toString('hex')}`;
  const json = { Name: name, Driver: 'bridge', CheckDuplicate: true };
  const { Id: id } = await engine.json<{ Id: string }>({ method: 'POST', path: '/networks/create', json });
  return { id, name, remove: () => engine.json({ method: 'DELETE', path: `/networks/${id}` }) };
}
