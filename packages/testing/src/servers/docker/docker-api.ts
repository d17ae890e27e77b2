import type { IncomingMessage, RequestOptions } from 'node:http';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

/** An answer of the engine. */
export interface DockerAnswer {
  readonly status: number;
  readonly body: string;
}

/** One request to a Docker Engine. */
export interface DockerCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Path and query without a version, e.g. `/containers/json?all=1`. The engine then uses its own version. */
  readonly path: string;
  /** A body that is sent as JSON. */
  readonly json?: unknown;
  /** A body that is sent as a tar archive, instead of `json`. */
  readonly tar?: NodeJS.ReadableStream;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds until the call is aborted; default 120 000. */
  readonly timeoutMs?: number;
}

/** The address and the HTTP API of a Docker Engine, for the set-up and the checks of tests. */
export interface DockerApi {
  /** As in `DOCKER_HOST`: `unix:///path` or `tcp://host:port`. */
  readonly host: string;
  /** Returns the answer, with any status. Rejects when the engine does not answer in time. */
  call(call: DockerCall): Promise<DockerAnswer>;
  /** As `call`, but returns the JSON of a 2xx answer, and rejects with the engine's message for any other status. */
  json<T>(call: DockerCall): Promise<T>;
}

/** The API at an address as in `DOCKER_HOST`. @throws Error when it begins neither with `unix://` nor with `tcp://`. */
export function dockerApi(host: string): DockerApi {
  const address = addressOf(host);
  const call = (what: DockerCall): Promise<DockerAnswer> => send(address, what);
  return {
    host,
    call,
    json: async <T>(what: DockerCall) => {
      const { status, body } = await call(what);
      if (status < 200 || status > 299) throw new Error(`${what.method} ${what.path}: ${status} ${body.trim()}`);
      return (body === '' ? undefined : JSON.parse(body)) as T;
    },
  };
}

function addressOf(host: string): RequestOptions {
  const url = new URL(host);
  if (url.protocol === 'unix:') return { socketPath: url.pathname };
  if (url.protocol === 'tcp:') return { host: url.hostname, port: url.port || 2375 };
  throw new Error(`a Docker Engine's address begins with unix:// or tcp://, got ${host}`);
}

function send(address: RequestOptions, { method, path, json, tar, headers, timeoutMs = 120_000 }: DockerCall): Promise<DockerAnswer> {
  return new Promise((resolve, reject) => {
    const type = tar === undefined ? 'application/json' : 'application/x-tar';
    // Each call has its own connection. A pooled one may lead to an engine that was killed meanwhile.
    const connection = { ...address, agent: false, signal: AbortSignal.timeout(timeoutMs) };
    const options = { ...connection, method, path, headers: { 'content-type': type, ...headers } };
    const outgoing = request(options, (response) => {
      answerOf(response).then(resolve, reject);
    });
    outgoing.once('error', reject);
    if (tar !== undefined) pipeline(tar, outgoing).catch(reject);
    else outgoing.end(json === undefined ? undefined : JSON.stringify(json));
  });
}

async function answerOf(response: IncomingMessage): Promise<DockerAnswer> {
  return { status: response.statusCode ?? 0, body: await text(response) };
}
