import { errorMessage } from '@galaxy/domain';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Readiness } from './readiness.js';

/** What the HTTP interface shows. */
export interface HttpDeps {
  readonly readiness: () => Promise<Readiness>;
}

/**
 * The HTTP interface: `GET /livez` answers while the process runs; `GET /readyz` tells which server does not answer and
 * why (503 then). Errors are problem details (RFC 9457).
 */
export function makeHttpServer({ readiness }: HttpDeps): FastifyInstance {
  const server = Fastify({ logger: false, bodyLimit: 65_536, requestTimeout: 30_000, forceCloseConnections: true });
  server.get('/livez', () => ({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    const { ready, role, dependencies } = await readiness();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not_ready', role, dependencies: withSafeReasons(dependencies) });
  });
  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).type('application/problem+json').send({ type: 'about:blank', title: 'Not Found', status: 404, code: 'not_found' }),
  );
  return server;
}

function withSafeReasons(dependencies: Readiness['dependencies']): Readiness['dependencies'] {
  const safe = ({ ok, why }: { ok: boolean; why?: string }) => (why === undefined ? { ok } : { ok, why: errorMessage(why) });
  return Object.fromEntries(Object.entries(dependencies).map(([name, answer]) => [name, safe(answer)]));
}
