import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { imageRecipes } from '../../images/engine-images.js';
import { composeImage } from '../../images/image-archive.js';
import { engineLayers, uniqueLayer } from '../../images/layers.js';
import { createWorkDir } from '../processes/work-dir.js';
import type { Platform, PublishedImage, Stored } from './published-image.js';
import { publishedImage } from './published-image.js';

/** How a registry answers pulls: as it should, or with a failure as in real registries. */
export type RegistryBehaviour =
  /** Serves what was published. */
  | 'serve'
  /** 401, as for a private repository. */
  | 'deny'
  /** 429, as when the pull limit is reached. */
  | 'limit'
  /** 500. */
  | 'fail'
  /** Serves manifests, then sends half a layer and nothing more. */
  | 'stall';

/** An image registry in this process, for tests of pulls (OCI distribution specification, pull only). */
export interface TestRegistry {
  /** `localhost:{port}`, the first part of the references of its images. Docker uses plain HTTP for this host. */
  readonly host: string;
  /** All requests so far, the oldest first, e.g. `GET /v2/games/engine/manifests/1.0.0`. */
  readonly requests: readonly string[];
  /**
   * Publishes one of `engineImages`, e.g. as `games/engine:1.0.0`, and returns the full reference for a pull. The image gets a unique
   * first layer, so that an engine must really pull it. With a platform, it is offered for that one only. Rejects for an image that
   * is not in `engineImages`.
   */
  publish(imageRef: string, as: string, platform?: Platform): Promise<{ readonly ref: string; readonly digest: string }>;
  /** Answers all requests in this way from now on. */
  behave(behaviour: RegistryBehaviour): void;
  stop(): Promise<void>;
}

const refusals: Readonly<Partial<Record<RegistryBehaviour, readonly [status: number, code: string]>>> = {
  deny: [401, 'UNAUTHORIZED'],
  limit: [429, 'TOOMANYREQUESTS'],
  fail: [500, 'UNKNOWN'],
};

/** Starts an empty registry on a loopback port. */
export async function startRegistry(): Promise<TestRegistry> {
  const dir = await createWorkDir('registry');
  const published: PublishedImage[] = [];
  const requests: string[] = [];
  let behaviour: RegistryBehaviour = 'serve';
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    void serve(request, response, published, behaviour).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `localhost:${(server.address() as AddressInfo).port}`;
  return {
    host,
    requests,
    publish: async (imageRef, as, platform) => {
      const recipe = imageRecipes.find((candidate) => candidate.ref === imageRef);
      if (recipe === undefined) throw new Error(`${imageRef} is none of the engine images`);
      const below = await uniqueLayer(join(dir, `${published.length}.tar`));
      const image = publishedImage(await composeImage(recipe, await engineLayers(), [below]), as, platform);
      published.unshift(image);
      return { ref: `${host}/${as}`, digest: image.digest };
    },
    behave: (next) => {
      behaviour = next;
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await rm(dir, { recursive: true });
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  published: readonly PublishedImage[],
  behaviour: RegistryBehaviour,
): Promise<void> {
  const refusal = refusals[behaviour];
  const stored = published.map((image) => image.find(request.url ?? '')).find((found) => found !== undefined);
  if (refusal !== undefined) refuse(response, ...refusal);
  else if (request.url === '/v2/') response.end('{}');
  else if (stored === undefined) refuse(response, 404, 'MANIFEST_UNKNOWN');
  else await sendStored(request, response, stored, behaviour === 'stall');
}

async function sendStored(request: IncomingMessage, response: ServerResponse, stored: Stored, stall: boolean): Promise<void> {
  response.writeHead(200, { 'content-type': stored.type, 'content-length': stored.size, 'docker-content-digest': stored.digest });
  if (request.method === 'HEAD') return void response.end();
  if (typeof stored.content === 'string') return void response.end(stored.content);
  const { path } = stored.content;
  // It sends half of the layer, and then neither more nor an end, until the client disconnects.
  if (stall) return void createReadStream(path, { end: Math.floor(stored.size / 2) }).pipe(response, { end: false });
  await pipeline(createReadStream(path), response);
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ errors: [{ code, message: code.toLowerCase() }] }));
}
