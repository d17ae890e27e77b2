import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Listens on a unix socket and answers as told, until the test is over. */
export async function fakeDaemon(answer: RequestListener): Promise<{ readonly host: string; readonly socketPath: string }> {
  const dir = mkdtempSync(join(tmpdir(), 'daemon-'));
  const socketPath = join(dir, 'docker.sock');
  const server = createServer(answer).listen(socketPath);
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    rmSync(dir, { recursive: true });
  });
  return { host: `unix://${socketPath}`, socketPath };
}

/** A daemon that answers pings, and leaves every stream of events to the test; its clock is `aheadMs` ahead of ours. */
export async function fakeEvents(aheadMs = 0) {
  const streams: ServerResponse[] = [];
  const queries: URLSearchParams[] = [];
  const state = { answersPings: true, pings: 0 };
  const { host } = await fakeDaemon((request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://daemon');
    if (pathname === '/events') {
      queries.push(searchParams);
      streams.push(response);
      response.setHeader('date', new Date(Date.now() + aheadMs).toUTCString());
      response.flushHeaders();
    } else {
      state.pings += 1;
      if (state.answersPings) response.end('OK');
    }
  });
  return { host, streams, queries, state };
}

/** One event as the daemon writes it. */
export function eventLine(instance: string, gameId: string, event: { action?: string; id?: string; atMs?: number } = {}): string {
  const { action = 'start', id = gameId.padEnd(64, '0'), atMs = Date.now() } = event;
  const labels = { 'galaxy.managed': 'true', 'galaxy.instance': instance, 'galaxy.game_id': gameId, 'galaxy.op_id': 'op' };
  const Attributes = { ...labels, 'galaxy.attempt': '1', 'galaxy.image_ref': 'i', image: 'i', name: `galaxy-game-${gameId}` };
  const moment = { time: Math.floor(atMs / 1000), timeNano: atMs * 1e6 };
  return `${JSON.stringify({ Type: 'container', Action: action, Actor: { ID: id, Attributes }, scope: 'local', ...moment })}\n`;
}
