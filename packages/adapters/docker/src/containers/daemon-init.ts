import type Docker from 'dockerode';
import { z } from 'zod';
import { callDocker } from '../client/call-docker.js';
import type { DockerEngineSettings } from '../client/docker-engine-options.js';
import { answerFault, refusalFault } from '../client/docker-faults.js';
import { readDocker } from '../client/docker-reads.js';

// dockerd reports `N/A` when it could not run its init program.
const Info = z.object({ InitBinary: z.string().nullish(), InitCommit: z.object({ ID: z.string().nullish() }).nullish() });

/** Whether containers get an init process: by the setting or, with `auto`, if the daemon has one. */
export class DaemonInit {
  readonly #docker: Docker;
  readonly #deadlineMs: number;
  #wanted: boolean | null;

  constructor(docker: Docker, { init, deadlines }: Pick<DockerEngineSettings, 'init' | 'deadlines'>) {
    this.#docker = docker;
    this.#deadlineMs = deadlines.inspect;
    this.#wanted = init === 'auto' ? null : init;
  }

  /**
   * Whether containers get an init process. The daemon is asked once at most.
   * @throws DependencyFault when the daemon does not answer.
   */
  async isWanted(): Promise<boolean> {
    return (this.#wanted ??= await this.#daemonHasInit());
  }

  async #daemonHasInit(): Promise<boolean> {
    const operation = 'ask for the init program';
    const run = (signal: AbortSignal) => readDocker(this.#docker, '/info', signal);
    const reply = await callDocker({ operation, deadlineMs: this.#deadlineMs, run });
    if (reply.kind !== 'ok') throw refusalFault(operation, reply);
    const info = Info.safeParse(reply.value);
    if (!info.success) throw answerFault(operation, info.error);
    return (info.data.InitBinary ?? '') !== '' && info.data.InitCommit?.ID !== 'N/A';
  }
}
