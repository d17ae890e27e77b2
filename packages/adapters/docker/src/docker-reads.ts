import type Docker from 'dockerode';

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

/** The paths that are read so. */
export type DockerReadPath = '/_ping' | '/version' | '/info' | `/images/${string}/json` | `/networks/${string}`;
