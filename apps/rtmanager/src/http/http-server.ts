import { STATUS_CODES } from 'node:http';
import { errorMessage } from '@galaxy/domain';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Metrics } from '../observability/metrics.js';
import type { Readiness } from './readiness.js';

export interface HttpDeps {
  readonly readiness: () => Promise<Readiness>;
  readonly metrics: Pick<Metrics, 'render' | 'contentType'>;
}

/**
 * The HTTP interface. `GET /livez` answers while the process runs. `GET /readyz` shows which servers do not answer and why, and which
 * holds are in force; its status is 503 unless the service is ready. `GET /metrics` is for Prometheus. Errors are problem details (RFC 9457).
 */
export function makeHttpServer({ readiness, metrics }: HttpDeps): FastifyInstance {
  const server = Fastify({
    logger: false,
    bodyLimit: 65_536,
    requestTimeout: 30_000,
    forceCloseConnections: true,
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, error),
  });
  server.setErrorHandler((error: { readonly statusCode?: number }, _request, reply) => sendProblem(reply, error));
  server.get('/livez', () => ({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    const { status, role, dependencies, holds } = await readiness();
    return reply.code(status === 'ready' ? 200 : 503).send({ status, role, dependencies: withSafeReasons(dependencies), holds });
  });
  server.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.render()));
  server.setNotFoundHandler((_request, reply) => sendProblem(reply, { statusCode: 404 }));
  return server;
}

// Sends no message, only the status: a message may contain parts of the request, or of an answer of one of our servers.
function sendProblem(reply: Pick<FastifyReply, 'code'>, { statusCode: status = 500 }: { readonly statusCode?: number }): FastifyReply {
  const code = status === 404 ? 'not_found' : status < 500 ? 'bad_request' : 'internal_error';
  return reply.code(status).type('application/problem+json').send({ type: 'about:blank', title: STATUS_CODES[status], status, code });
}

function withSafeReasons(dependencies: Readiness['dependencies']): Readiness['dependencies'] {
  const safe = ({ ok, why }: { ok: boolean; why?: string }) => (why === undefined ? { ok } : { ok, why: errorMessage(why) });
  return Object.fromEntries(Object.entries(dependencies).map(([name, answer]) => [name, safe(answer)]));
}
