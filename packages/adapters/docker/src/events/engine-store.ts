import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { z } from 'zod';
import { callDocker } from '../client/call-docker.js';
import { answerFault, refusalFault } from '../client/docker-faults.js';
import type { DockerQuery } from '../client/docker-reads.js';
import { openDocker } from '../client/docker-reads.js';

/** An answer, and the connection on which it arrived. */
export interface KeptAnswer {
  readonly answer: unknown;
  readonly socket: Socket;
}

export interface KeptRead {
  readonly operation: string;
  readonly path: '/containers/json' | '/info';
  readonly query: DockerQuery;
  readonly deadlineMs: number;
}

/**
 * Reads JSON, and returns it with its connection. A connection belongs to one process of the daemon as long as it lives.
 * @throws DependencyFault when the daemon does not answer in time, or not with JSON.
 */
export async function readKept(docker: Docker, { operation, path, query, deadlineMs }: KeptRead): Promise<KeptAnswer> {
  const run = async (signal: AbortSignal) => {
    const response = await openDocker(docker, path, query, signal);
    const { socket } = response;
    return { socket, answer: parsed(operation, await text(response)) };
  };
  const reply = await callDocker({ operation, deadlineMs, run });
  if (reply.kind !== 'ok') throw refusalFault(operation, reply);
  return reply.value;
}

function parsed(operation: string, body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw answerFault(operation, error);
  }
}

const Info = z.object({ ID: z.string().min(1) });

/** The id of the daemon's own store. It is read once per connection: `/info` costs the daemon more than a list of 100 containers. */
export class EngineStore {
  readonly #docker: Docker;
  readonly #deadlineMs: number;
  #ids = new WeakMap<Socket, string>();

  constructor(docker: Docker, deadlineMs: number) {
    this.#docker = docker;
    this.#deadlineMs = deadlineMs;
  }

  /**
   * The id of the store behind an answer that arrived on this connection. If the id is unknown, it is read now, after the answer: if the
   * daemon was replaced in between, the id is a new one, and the answer is never taken as an emptied store under the old id.
   * @throws DependencyFault when the daemon does not answer.
   */
  async idBehind(socket: Socket): Promise<string> {
    return this.#ids.get(socket) ?? this.#ask();
  }

  /** Reads the id again for the next answer. Needed behind a proxy, which may keep our connections open when the daemon is replaced. */
  forget(): void {
    this.#ids = new WeakMap();
  }

  async #ask(): Promise<string> {
    const operation = 'ask for the engine id';
    const { answer, socket } = await readKept(this.#docker, { operation, path: '/info', query: {}, deadlineMs: this.#deadlineMs });
    const info = Info.safeParse(answer);
    if (!info.success) throw answerFault(operation, info.error);
    this.#ids.set(socket, info.data.ID);
    return info.data.ID;
  }
}
