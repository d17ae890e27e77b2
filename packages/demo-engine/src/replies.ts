import type { ServerResponse } from 'node:http';

/** One HTTP answer: a status and its JSON body. */
export interface Reply {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** A 200 with a JSON body. */
export function ok(body: object): Reply {
  return { status: 200, body };
}

/** An error as RFC 9457 `application/problem+json`. `code` is stable, for programs. */
export function problem(status: number, code: string, detail: string, headers: Readonly<Record<string, string>> = {}): Reply {
  const body = { type: 'about:blank', title: titles[status] ?? 'Error', status, code, detail };
  return { status, body, headers: { 'content-type': 'application/problem+json', ...headers } };
}

/** Writes the answer and ends the response. */
export function send(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
  response.end(JSON.stringify(reply.body));
}
