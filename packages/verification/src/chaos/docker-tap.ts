import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One call that changes a container. */
export interface TappedChange {
  readonly method: string;
  /** Path and query, without the API version. */
  readonly path: string;
  /** When the client connected to send it, in milliseconds since 1970. */
  readonly connectedAt: number;
}

/** A proxy before a Docker Engine that passes on everything, and notes each call that changes a container. */
export interface DockerTap {
  /** Its address, as in `DOCKER_HOST`. */
  readonly host: string;
  readonly changes: readonly TappedChange[];
  stop(): Promise<void>;
}

const CHANGE = /^(POST|DELETE) (?:\/v[\d.]+)?(\/containers\/\S+) HTTP\/1\.1\r\n/;

/** Starts a tap before a Docker Engine that listens on a unix socket. */
export async function tapDocker(host: string): Promise<DockerTap> {
  const dir = await mkdtemp(join(tmpdir(), 'galaxy-tap-'));
  const path = join(dir, 'docker.sock');
  const changes: TappedChange[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const connectedAt = Date.now();
    const engine = connect({ path: new URL(host).pathname, allowHalfOpen: true });
    for (const socket of [client, engine]) sockets.add(socket.on('error', () => undefined));
    // A call is at the beginning of a chunk, because no client sends a call before the last one was answered.
    client.on('data', (chunk: Buffer) => {
      const [, method = '', called = ''] = CHANGE.exec(chunk.toString('latin1')) ?? [];
      if (method !== '') changes.push({ method, path: called, connectedAt });
    });
    client.pipe(engine).pipe(client);
    const end = (): void => {
      for (const socket of [client, engine]) {
        socket.destroy();
        sockets.delete(socket);
      }
    };
    client.once('close', end);
    engine.once('close', end);
  });
  server.listen(path);
  await once(server, 'listening');
  return {
    host: `unix://${path}`,
    changes,
    stop: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
