import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import type { DockerApi } from './docker/docker-api.js';
import { dockerApi } from './docker/docker-api.js';

/** The servers that a whole run of integration tests shares. */
export interface TestServers {
  readonly redisUrl: string;
  readonly postgresUrl: string;
  /** As in `DOCKER_HOST`; holds every image of `engineImages`. */
  readonly dockerHost: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly testServers: TestServers;
  }
}

/**
 * The servers that the global set-up has started. They are for all: use keys, databases, networks and game ids of your own,
 * and start a private server to kill or pause it. Throws in a project without the global set-up.
 */
export function testServers(): TestServers & { readonly docker: DockerApi } {
  const servers = inject('testServers') as TestServers | undefined;
  if (servers === undefined) throw new Error('no test servers: this test must be named *.int.test.ts');
  return { ...servers, docker: dockerApi(servers.dockerHost) };
}

/** A name that nothing else in any run uses, e.g. `orders-3f9c2a17`; valid as game id, key prefix and container name. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`;
}
