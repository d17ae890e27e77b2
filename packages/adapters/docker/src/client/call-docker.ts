import { DependencyFault } from '@galaxy/ports';
import type { DockerRefusal } from './docker-faults.js';
import { connectionFault, deadlineFault, refusalOf } from './docker-faults.js';

/** What a call came to: its result, or how the daemon turned it down. */
export type DockerReply<T> = { readonly kind: 'ok'; readonly value: T } | DockerRefusal;

/** One call to the daemon. */
export interface DockerCall<T> {
  /** Names the call in faults. */
  readonly operation: string;
  /** Milliseconds until it is given up. */
  readonly deadlineMs: number;
  /** Gives the call up early; it then throws a fault. */
  readonly signal?: AbortSignal;
  /** Makes the call; is to hand the signal on, so that an abandoned call frees its socket. */
  readonly run: (signal: AbortSignal) => Promise<T>;
}

/**
 * Makes one call and settles by its deadline whatever the daemon does. The race is needed: docker-modem (lib/modem.js)
 * listens only for the end of a response, so a call whose response is cut after the headers would never settle, whatever
 * timeout it is given. What comes after the deadline is dropped.
 * @throws DependencyFault when there is no answer; `effect: 'unknown'` unless the connection never came up.
 */
export async function callDocker<T>({ operation, deadlineMs, signal, run }: DockerCall<T>): Promise<DockerReply<T>> {
  const request = new AbortController();
  const end = givingUp(operation, deadlineMs, signal);
  try {
    return { kind: 'ok', value: await Promise.race([end.givenUp, start(run, request.signal)]) };
  } catch (error) {
    request.abort();
    if (error instanceof DependencyFault) throw error;
    const refusal = refusalOf(error);
    if (refusal === null) throw connectionFault(operation, error);
    return refusal;
  } finally {
    end.settle();
  }
}

// So that a client which throws at once still leaves both promises of the race watched.
async function start<T>(run: DockerCall<T>['run'], signal: AbortSignal): Promise<T> {
  return run(signal);
}

function givingUp(operation: string, deadlineMs: number, signal: AbortSignal | undefined) {
  let settle = () => {};
  const givenUp = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(deadlineFault(operation, deadlineMs)), deadlineMs);
    const abort = () => reject(connectionFault(operation, signal?.reason));
    signal?.addEventListener('abort', abort);
    if (signal?.aborted === true) abort();
    settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
  });
  return { givenUp, settle: () => settle() };
}
