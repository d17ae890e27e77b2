import type { FaultEffect } from '@galaxy/ports';
import { DependencyFault } from '@galaxy/ports';

/**
 * Replies by which the server will go on refusing until somebody changes its data, its rights or our configuration.
 * `ERR` is how Redis answers what it can't make sense of. https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
 */
const PERMANENT = ['ERR', 'WRONGTYPE', 'NOAUTH', 'WRONGPASS', 'NOPERM', 'CROSSSLOT', 'MOVED', 'ASK', 'NOPROTO'];

/** `ERR` replies that pass. */
const PASSING = /^ERR max number of clients reached/;

/** What ioredis says of a command that it did not write to the socket. */
const NOT_WRITTEN = "Stream isn't writeable";

/** How a fault came about, apart from the error itself. */
type CommandKind = 'read' | 'write';

/**
 * What an error of a command means. A reply that is an error had no effect: our scripts check every key before they write
 * the first one. A write without a reply may have been carried out, or may be later, out of a stalled server's buffer.
 */
export function redisFault(error: unknown, kind: CommandKind): DependencyFault {
  if (error instanceof DependencyFault) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (isReply(error)) return fault(`redis refused: ${message}`, !isPermanent(message), 'not_done', error);
  const effect = kind === 'read' || isNotWritten(error) ? 'not_done' : 'unknown';
  return fault(`redis did not answer: ${message}`, true, effect, error);
}

/** The fault of a command that was not sent, as there is no connection; `error` is the last one of connecting. */
export function notConnected(error: Error | null): DependencyFault {
  if (error === null) return fault('redis is not connected', true, 'not_done', undefined);
  return fault(`redis is not connected: ${describe(error)}`, !(isReply(error) && isPermanent(error.message)), 'not_done', error);
}

/** The fault of a command on a connection that we have closed. */
export function connectionClosed(): DependencyFault {
  return fault('the connection to redis was closed', false, 'not_done', undefined);
}

/** The fault of a reply that is not what the command answers. */
export function unexpectedReply(command: string): DependencyFault {
  return fault(`redis answered ${command} with something else than expected`, false, 'unknown', undefined);
}

/** The fault of a server that lacks what came with Redis 7; `lack` says what was missed. */
export function serverTooOld(lack: string): DependencyFault {
  return fault(`redis is too old: Redis 7 or newer is needed (${lack})`, false, 'not_done', undefined);
}

/** Whether the server answered, even if with an error. */
export function isReply(error: unknown): boolean {
  // By name: a client handed to us may come from another copy of ioredis.
  return error instanceof Error && error.name === 'ReplyError';
}

/** Whether the driver says that a command was not even written to the socket. */
export function isNotWritten(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith(NOT_WRITTEN);
}

function isPermanent(message: string): boolean {
  const code = /^[A-Z]+/.exec(message)?.[0] ?? '';
  return PERMANENT.includes(code) && !PASSING.test(message);
}

function fault(message: string, retryable: boolean, effect: FaultEffect, cause: unknown): DependencyFault {
  return new DependencyFault({ dependency: 'redis', message, retryable, effect, cause });
}

// When every address of a host name fails, Node throws an AggregateError without a message of its own.
function describe(error: Error): string {
  if (error.message !== '') return error.message;
  return error instanceof AggregateError ? error.errors.map(String).join('; ') : error.name;
}
