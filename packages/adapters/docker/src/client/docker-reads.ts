import { IncomingMessage } from 'node:http';
import type Docker from 'dockerode';
import { answerFault } from './docker-faults.js';

/**
 * Reads a path. dockerode's own methods for these paths take no signal, so such a call could not be ended, and every call made while
 * the daemon hangs would keep its socket.
 */
export function readDocker(docker: Docker, path: DockerReadPath, abortSignal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const answered = (error: Error | null, answer: unknown) => (error === null ? resolve(answer) : reject(error));
    docker.modem.dial({ method: 'GET', path, abortSignal, statusCodes: { 200: true } }, answered);
  });
}

/**
 * Opens a path whose body the caller reads while it arrives. If the body is cut, the stream fails. The signal ends the call only
 * until the headers have arrived; after that, destroy the stream.
 */
export function openDocker(docker: Docker, path: DockerStreamPath, query: DockerQuery, abortSignal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const opened = (error: Error | null, answer: unknown) => {
      if (error !== null) reject(error);
      else if (answer instanceof IncomingMessage) resolve(answer);
      else reject(answerFault(`read ${path}`));
    };
    // The question mark makes docker-modem append the query. Without it, docker-modem would drop a character of the path.
    docker.modem.dial({ method: 'GET', path: `${path}?`, options: query, isStream: true, abortSignal, statusCodes: { 200: true } }, opened);
  });
}

/** The query parameters; objects are sent as JSON. */
export type DockerQuery = Readonly<Record<string, string | object>>;

/** The paths for {@link openDocker}. */
export type DockerStreamPath = '/events' | '/containers/json' | '/info';

/** The paths for {@link readDocker}. */
export type DockerReadPath = '/_ping' | '/version' | '/info' | `/images/${string}/json` | `/networks/${string}`;
