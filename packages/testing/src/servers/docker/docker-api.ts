import type { IncomingMessage, RequestOptions } from 'node:http';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

/** What the engine answered. */
export interface DockerAnswer {
  readonly status: number;
  readonly body: string;
}

/** One request to a Docker Engine. */
export interface DockerCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Path and query, without a version, e.g. `/containers/json?all=1`: the engine then takes its own version. */
  readonly path: string;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as a tar archive; excludes `json`. */
  readonly tar?: NodeJS.ReadableStream;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds until the call is cut; default 120 000. */
  readonly timeoutMs?: number;
}

/** A door to a Docker Engine: its address and its HTTP API, for set-up and checks in tests. */
export interface DockerApi {
  /** As in `DOCKER_HOST`: `unix:///path` or `tcp://host:port`. */
  readonly host: string;
  /** Answers whatever the status is; rejects when the engine does not answer in time. */
  call(call: DockerCall): Promise<DockerAnswer>;
  /** As `call`, gives the JSON of a 2xx answer, and rejects with the engine's own words for any other. */
  json<T>(call: DockerCall): Promise<T>;
}

/** The API at an address as in `DOCKER_HOST`. Throws when it is neither `unix://` nor `tcp://`. */
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
    // A connection each: a pooled one may belong to an engine that was killed since.
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
