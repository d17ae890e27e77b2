import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import type { DockerApi } from './docker/docker-api.js';
import { dockerApi } from './docker/docker-api.js';

/** The servers that all integration tests of a run share. */
export interface TestServers {
  readonly redisUrl: string;
  readonly postgresUrl: string;
  /** The address of a container engine, as in `DOCKER_HOST`. It has every image of `engineImages`. */
  readonly dockerHost: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly testServers: TestServers;
  }
}

/**
 * The servers that the global set-up has started. All tests share them: use unique keys, databases, networks and game ids. To kill or
 * pause a server, start a private one.
 * @throws Error in a project without the global set-up.
 */
export function testServers(): TestServers & { readonly docker: DockerApi } {
  const servers = inject('testServers') as TestServers | undefined;
  if (servers === undefined) throw new Error('no test servers: this test must be named *.int.test.ts');
  return { ...servers, docker: dockerApi(servers.dockerHost) };
}

/** A unique name, e.g. `orders-3f9c2a17`. It is valid as game id, as prefix of keys and as container name. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`;
}
