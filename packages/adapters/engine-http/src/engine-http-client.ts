import type { ClientRequest, IncomingMessage } from 'node:http';
import { request } from 'node:http';
import type { EngineClient, EngineHealth } from '@galaxy/manager-ports';

export interface EngineHttpOptions {
  /** Deadline of a call in milliseconds; default 2 s. */
  readonly deadlineMs?: number;
}

const MAX_BODY_BYTES = 64 * 1024;

const unhealthy = (detail: string): EngineHealth => ({ kind: 'unhealthy', detail });
const unreachable = (detail: string): EngineHealth => ({ kind: 'unreachable', detail });

/**
 * Calls game engines over HTTP (contracts/engine-openapi.yaml). Engines are not trusted: redirects are not followed, proxies from the
 * environment are not used, time and size of an answer are limited, and a call never throws, whatever an engine does. Each call opens
 * its own connection, so that an engine that was replaced never answers over an old one.
 */
export class EngineHttpClient implements EngineClient {
  readonly #deadlineMs: number;

  constructor({ deadlineMs = 2_000 }: EngineHttpOptions = {}) {
    this.#deadlineMs = deadlineMs;
  }

  /** As the port says. Returns `unreachable` also for an address that is not `http://host:port`. */
  async health(address: string, signal: AbortSignal): Promise<EngineHealth> {
    const url = healthUrl(address);
    if (url === null) return unreachable('the address is not http://host:port');
    if (signal.aborted) return unreachable('aborted');
    return new Promise((resolve) => ask(url, this.#deadlineMs, signal, resolve));
  }
}

function healthUrl(address: string): URL | null {
  try {
    const url = new URL('/healthz', address);
    return url.protocol === 'http:' && url.username === '' && url.password === '' ? url : null;
  } catch {
    return null;
  }
}

// The first of four events ends the call: answer, failure, deadline or signal. Destroying the request then frees the socket at once.
function ask(url: URL, deadlineMs: number, signal: AbortSignal, answer: (health: EngineHealth) => void): void {
  let answering = false;
  const end = (health: EngineHealth) => {
    clearTimeout(timer);
    signal.removeEventListener('abort', aborted);
    sent.destroy();
    answer(health);
  };
  const sent: ClientRequest = request(url, { agent: false, headers: { accept: 'application/json' } }, (response) => {
    answering = true;
    void healthOf(response).then(end);
  });
  const aborted = () => end(unreachable('aborted'));
  const late = () => end(answering ? unhealthy('the answer does not end') : unreachable(`no answer within ${deadlineMs} ms`));
  const timer = setTimeout(late, deadlineMs);
  signal.addEventListener('abort', aborted);
  sent.on('error', (error: NodeJS.ErrnoException) => end(failure(error)));
  sent.end();
}

// If the bytes are not HTTP, something listens at the address and answered. All other errors mean that nothing answered.
function failure(error: NodeJS.ErrnoException): EngineHealth {
  const code = error.code ?? 'failed';
  return code.startsWith('HPE_') ? unhealthy('the answer is not HTTP') : unreachable(code);
}

async function healthOf(response: IncomingMessage): Promise<EngineHealth> {
  if (response.statusCode !== 200) return unhealthy(`status ${String(response.statusCode)}`);
  try {
    const body = await readBody(response);
    if (body === null) return unhealthy('the answer is too long');
    return hasOtherStatus(body) ? unhealthy('the body has a status other than ok') : { kind: 'healthy' };
  } catch {
    return unhealthy('the answer was cut');
  }
}

async function readBody(response: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return null;
  }
  return Buffer.concat(chunks).toString();
}

// The status code decides. The body counts only if it is JSON with a `status` field.
function hasOtherStatus(body: string): boolean {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && 'status' in value && value.status !== 'ok';
  } catch {
    return false;
  }
}
