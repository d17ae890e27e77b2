import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { DemoEngine, DemoEngineOptions } from './index.js';
import { createDemoEngine } from './index.js';

const contractUrl = new URL('../../../contracts/engine-openapi.yaml', import.meta.url);

interface Node {
  readonly $ref?: string;
  readonly [key: string]: unknown;
}

const contract = parse(readFileSync(contractUrl, 'utf8')) as Node;
const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { 'uri-reference': true } });
ajv.addSchema({ $id: 'engine', ...contract });

/** The node at a path of the contract, after following references. Fails when the contract has none. */
function contractNode(...path: readonly string[]): { readonly node: Node; readonly pointer: string } {
  let node = contract;
  let pointer = '';
  for (const step of path) {
    node = node[step] as Node;
    expect(node, `contract has ${path.join(' > ')}`).toBeDefined();
    pointer += `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (node.$ref === undefined) continue;
    return contractNode(...node.$ref.slice(2).split('/'), ...path.slice(path.indexOf(step) + 1));
  }
  return { node, pointer };
}

const pathOf = (url: string): string => new URL(url).pathname;

/** Calls a route, and checks status, content type and body of the answer against the contract. */
async function call(method: string, url: string, init: RequestInit = {}): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(url, { method, ...init });
  const contentType = response.headers.get('content-type') ?? '';
  const { pointer } = contractNode(
    'paths',
    pathOf(url),
    method.toLowerCase(),
    'responses',
    String(response.status),
    'content',
    contentType,
    'schema',
  );
  const body: unknown = await response.json();
  const valid = ajv.validate({ $ref: `engine#${encodeURI(pointer)}` }, body);
  expect(valid, `${method} ${pathOf(url)} ${response.status}: ${ajv.errorsText()}`).toBe(true);
  return { status: response.status, body: body as Record<string, unknown> };
}

const asPlayer = { 'x-user-id': 'player-1', 'content-type': 'application/json' };

describe('the demo engine keeps contracts/engine-openapi.yaml', () => {
  let engine: DemoEngine | undefined;
  const start = async (options: DemoEngineOptions = {}): Promise<string> => {
    engine = await createDemoEngine(options);
    return engine.url;
  };
  afterEach(() => engine?.close());

  it('answers health, status, turn and report', async () => {
    const url = await start();
    expect(await call('GET', `${url}/healthz`)).toEqual({ status: 200, body: { status: 'ok' } });
    expect(await call('GET', `${url}/api/v1/admin/status`)).toEqual({ status: 200, body: { turn: 0, finished: false } });
    expect(await call('PUT', `${url}/api/v1/admin/turn`)).toEqual({ status: 200, body: { turn: 1, finished: false } });
    expect((await call('GET', `${url}/api/v1/report`, { headers: asPlayer })).body).toMatchObject({ user_id: 'player-1', turn: 1 });
  });

  it('counts the commands and orders of a player until the turn is over', async () => {
    const url = await start();
    const input = { headers: asPlayer, body: '{"fleet":7}' };
    expect((await call('POST', `${url}/api/v1/command`, input)).body).toEqual({ accepted: true, turn: 0 });
    expect((await call('POST', `${url}/api/v1/order`, input)).status).toBe(200);
    expect((await call('GET', `${url}/api/v1/report`, { headers: asPlayer })).body).toMatchObject({ commands: 1, orders: 1 });
    await call('PUT', `${url}/api/v1/admin/turn`);
    expect((await call('GET', `${url}/api/v1/report`, { headers: asPlayer })).body).toMatchObject({ commands: 0, orders: 0 });
  });

  it('answers 503 everywhere until it is ready', async () => {
    const url = await start({ neverReady: true });
    expect(await call('GET', `${url}/healthz`)).toEqual({ status: 503, body: { status: 'starting' } });
    expect((await call('GET', `${url}/api/v1/admin/status`)).status).toBe(503);
    expect((await call('PUT', `${url}/api/v1/admin/turn`)).body).toMatchObject({ code: 'not_ready' });
    expect((await call('POST', `${url}/api/v1/order`, { headers: asPlayer, body: '{}' })).status).toBe(503);
  });

  it('becomes ready after its delay', async () => {
    const url = await start({ readyAfterMs: 100 });
    expect((await call('GET', `${url}/healthz`)).status).toBe(503);
    await expect.poll(async () => (await call('GET', `${url}/healthz`)).status).toBe(200);
  });

  it.each(['command', 'order'])('refuses a %s without a user, with no JSON object, or too large', async (route) => {
    const url = `${await start()}/api/v1/${route}`;
    expect((await call('POST', url, { body: '{}' })).body).toMatchObject({ status: 400, code: 'user_required' });
    expect((await call('POST', url, { headers: asPlayer, body: '[1]' })).body).toMatchObject({ status: 400, code: 'invalid_body' });
    expect((await call('POST', url, { headers: asPlayer, body: 'nonsense' })).status).toBe(400);
    expect((await call('POST', url, { headers: asPlayer, body: `{"a":"${'x'.repeat(70_000)}"}` })).status).toBe(413);
  });

  it('refuses a report without a user', async () => {
    const url = await start();
    expect((await call('GET', `${url}/api/v1/report`)).body).toMatchObject({ status: 400, code: 'user_required' });
  });

  it('finishes at its turn, refuses more, and still serves reports', async () => {
    const url = await start({ finishAtTurn: 1 });
    expect((await call('PUT', `${url}/api/v1/admin/turn`)).body).toEqual({ turn: 1, finished: true });
    expect((await call('PUT', `${url}/api/v1/admin/turn`)).body).toMatchObject({ status: 409, code: 'game_finished' });
    expect((await call('POST', `${url}/api/v1/order`, { headers: asPlayer, body: '{}' })).status).toBe(409);
    expect((await call('GET', `${url}/api/v1/report`, { headers: asPlayer })).body).toMatchObject({ finished: true });
  });

  it('generates one turn at a time', async () => {
    const url = await start({ turnMs: 300 });
    const answers = await Promise.all([1, 2].map(() => call('PUT', `${url}/api/v1/admin/turn`)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409]);
    expect((await call('GET', `${url}/api/v1/admin/status`)).body).toEqual({ turn: 1, finished: false });
  });

  it('stays at its turn when one fails', async () => {
    const url = await start({ failAtTurn: 1 });
    expect((await call('PUT', `${url}/api/v1/admin/turn`)).body).toMatchObject({ status: 500, code: 'turn_failed' });
    expect((await call('GET', `${url}/api/v1/admin/status`)).body).toEqual({ turn: 0, finished: false });
  });

  it('answers 404 and 405 as problems', async () => {
    const url = await start();
    const unknown = await fetch(`${url}/nowhere`);
    expect([unknown.status, unknown.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
    const wrong = await fetch(`${url}/healthz`, { method: 'DELETE' });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET']);
  });
});
