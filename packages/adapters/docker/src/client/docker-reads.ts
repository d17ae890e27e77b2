import { IncomingMessage } from 'node:http';
import type Docker from 'dockerode';
import { answerFault } from './docker-faults.js';

/**
 * One read by path. dockerode's own methods for these take no signal, so that such a call could not be ended, and each one
 * made while the daemon hangs would keep its socket.
 */
export function readDocker(docker: Docker, path: DockerReadPath, abortSignal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const answered = (error: Error | null, answer: unknown) => (error === null ? resolve(answer) : reject(error));
    docker.modem.dial({ method: 'GET', path, abortSignal, statusCodes: { 200: true } }, answered);
  });
}

/**
 * One read whose body the caller reads while it arrives. A body that is cut fails as a stream does; the signal ends it until
 * the headers are there, and from then on destroying it does.
 */
export function openDocker(docker: Docker, path: DockerStreamPath, query: DockerQuery, abortSignal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const opened = (error: Error | null, answer: unknown) => {
      if (error !== null) reject(error);
      else if (answer instanceof IncomingMessage) resolve(answer);
      else reject(answerFault(`read ${path}`));
    };
    // The question mark asks docker-modem to append the query; without one it would take a character of the path away.
    docker.modem.dial({ method: 'GET', path: `${path}?`, options: query, isStream: true, abortSignal, statusCodes: { 200: true } }, opened);
  });
}

/** What follows the path; objects are sent as JSON. */
export type DockerQuery = Readonly<Record<string, string | object>>;

/** The paths whose answers are read while they arrive. */
export type DockerStreamPath = '/events' | '/containers/json' | '/info';

/** The paths that are read at once. */
export type DockerReadPath = '/_ping' | '/version' | '/info' | `/images/${string}/json` | `/networks/${string}`;
