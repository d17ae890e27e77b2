import type { ServerResponse } from 'node:http';
import { ApiRefusal } from './api-refusal.js';
import { API_VERSION } from './endpoints.js';

/** One answer of the API. */
export type Reply =
  | { readonly kind: 'json'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'text'; readonly status: number; readonly body: string }
  | { readonly kind: 'empty'; readonly status: number }
  /** The headers are sent at once. The function writes the rest, and may end the response. */
  | { readonly kind: 'stream'; readonly write: (response: ServerResponse) => void };

/** An answer with JSON. */
export const json = (body: unknown, status = 200): Reply => ({ kind: 'json', status, body });

/** An answer without a body. */
export const empty = (status: number): Reply => ({ kind: 'empty', status });

/** The answer to a call that was refused or has failed. */
export function failure(error: unknown): Reply {
  if (error instanceof ApiRefusal) return json({ message: error.message }, error.status);
  return json({ message: `fake engine: ${String(error)}` }, 500);
}

/** Sends the answer. `cut` ends the connection in the middle of it. */
export function send(response: ServerResponse, reply: Reply, cut: boolean): void {
  if (response.destroyed) return;
  const headers = { 'Api-Version': API_VERSION, 'Docker-Experimental': 'false', Ostype: 'linux', Server: 'Docker/20.10.24 (linux)' };
  if (reply.kind === 'stream') return stream(response, reply.write, headers, cut);
  const text = textOf(reply);
  const type = reply.kind === 'text' ? 'text/plain; charset=utf-8' : 'application/json';
  response.writeHead(reply.status, reply.kind === 'empty' ? headers : { ...headers, 'Content-Type': type, 'Content-Length': text.length });
  if (!cut) return void response.end(text);
  response.flushHeaders();
  response.write(text.subarray(0, text.length >> 1), () => response.destroy());
}

function stream(response: ServerResponse, write: (response: ServerResponse) => void, headers: Record<string, string>, cut: boolean): void {
  response.writeHead(200, { ...headers, 'Content-Type': 'application/json' });
  response.flushHeaders();
  write(response);
  if (cut) setImmediate(() => response.destroy());
}

function textOf(reply: Exclude<Reply, { kind: 'stream' }>): Buffer {
  if (reply.kind === 'empty') return Buffer.alloc(0);
  return Buffer.from(reply.kind === 'text' ? reply.body : `${JSON.stringify(reply.body)}\n`);
}
