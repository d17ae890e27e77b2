import type { PrepareOutcome } from '@galaxy/manager-ports';
import type Docker from 'dockerode';
import { z } from 'zod';
import { callDocker } from '../client/call-docker.js';
import { answerFault, isAmbiguous, refusalFault } from '../client/docker-faults.js';
import { readDocker } from '../client/docker-reads.js';

export interface GamesNetworkSpec {
  readonly name: string;
  /** Whether its containers can't connect to each other. */
  readonly isolate: boolean;
}

const Networks = z.array(
  z.object({ Id: z.string(), Name: z.string(), Created: z.string(), Labels: z.record(z.string(), z.string()).nullish() }),
);
type Network = z.infer<typeof Networks>[number];

const OURS = 'galaxy.managed';
const PREPARED: PrepareOutcome = { kind: 'prepared' };

/** The user-defined bridge network of the games. An existing network is used without changes. */
export class GamesNetwork {
  readonly #docker: Docker;
  readonly #spec: GamesNetworkSpec;
  readonly #deadlineMs: number;
  #ensuring: Promise<PrepareOutcome> | null = null;

  constructor(docker: Docker, spec: GamesNetworkSpec, deadlineMs: number) {
    this.#docker = docker;
    this.#spec = spec;
    this.#deadlineMs = deadlineMs;
  }

  /**
   * Creates the network if it is missing, and makes sure that only one has its name. Concurrent calls share the work. Safe to repeat.
   * @throws DependencyFault when the daemon does not answer.
   */
  ensure(): Promise<PrepareOutcome> {
    this.#ensuring ??= this.#ensure().finally(() => {
      this.#ensuring = null;
    });
    return this.#ensuring;
  }

  async #ensure(): Promise<PrepareOutcome> {
    const operation = 'inspect the network';
    const run = (signal: AbortSignal) => readDocker(this.#docker, `/networks/${this.#spec.name}`, signal);
    const found = await callDocker({ operation, deadlineMs: this.#deadlineMs, run });
    if (found.kind === 'ok') return PREPARED;
    if (found.kind === 'gone') return this.#create();
    return isAmbiguous(found) ? this.#keepOne() : refusedUnlessTemporary(operation, found);
  }

  async #create(): Promise<PrepareOutcome> {
    const { name, isolate } = this.#spec;
    const options = {
      Name: name,
      Driver: 'bridge',
      CheckDuplicate: true,
      Labels: { [OURS]: 'true' },
      Options: isolate ? { 'com.docker.network.bridge.enable_icc': 'false' } : {},
    };
    const created = await callDocker({
      operation: 'create the network',
      deadlineMs: this.#deadlineMs,
      run: (abortSignal) => this.#docker.createNetwork({ ...options, abortSignal }),
    });
    if (created.kind === 'ok' || created.kind === 'conflict') return this.#keepOne();
    return refusedUnlessTemporary('create the network', created);
  }

  // CheckDuplicate is only a best effort. Two managers at the same moment, or a manager that is killed during its create and the next
  // one, can create two networks with one name. Then the name is ambiguous and no container can be started. All managers remove networks
  // in the same order, the youngest of ours first, until one is left.
  async #keepOne(): Promise<PrepareOutcome> {
    const namesakes = await this.#namesakes();
    const removable = namesakes.filter(({ Labels }) => Labels?.[OURS] === 'true').sort(youngestFirst);
    let left = namesakes.length;
    for (const { Id } of removable) if (left > 1 && (await this.#removed(Id))) left -= 1;
    return left <= 1 ? PREPARED : { kind: 'refused', message: `${left} networks are named ${this.#spec.name}, and all are in use` };
  }

  /** Whether the network is gone now. A network that containers use can't be removed. */
  async #removed(id: string): Promise<boolean> {
    const operation = 'remove the duplicate network';
    const run = (abortSignal: AbortSignal) => this.#docker.getNetwork(id).remove({ abortSignal });
    const removed = await callDocker<unknown>({ operation, deadlineMs: this.#deadlineMs, run });
    if (removed.kind === 'unavailable') throw refusalFault(operation, removed);
    return removed.kind === 'ok' || removed.kind === 'gone';
  }

  async #namesakes(): Promise<Network[]> {
    const operation = 'list networks';
    const filters = { name: [this.#spec.name] };
    const run = (abortSignal: AbortSignal) => this.#docker.listNetworks({ filters, abortSignal });
    const reply = await callDocker<unknown>({ operation, deadlineMs: this.#deadlineMs, run });
    if (reply.kind !== 'ok') throw refusalFault(operation, reply);
    const networks = Networks.safeParse(reply.value);
    if (!networks.success) throw answerFault(operation, networks.error);
    // The filter also matches parts of names.
    return networks.data.filter((network) => network.Name === this.#spec.name);
  }
}

function refusedUnlessTemporary(operation: string, refusal: Parameters<typeof refusalFault>[1]): PrepareOutcome {
  if (refusal.kind === 'unavailable' || refusal.kind === 'denied') throw refusalFault(operation, refusal);
  return { kind: 'refused', message: refusal.message };
}

const youngestFirst = (a: Network, b: Network) => compare(b.Created, a.Created) || compare(b.Id, a.Id);
const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));
