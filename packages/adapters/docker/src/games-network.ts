import type { PrepareOutcome } from '@galaxy/ports';
import type Docker from 'dockerode';
import { z } from 'zod';
import { callDocker } from './call-docker.js';
import { answerFault, refusalFault } from './docker-faults.js';
import { readDocker } from './docker-reads.js';

/** The network to make. */
export interface GamesNetworkSpec {
  readonly name: string;
  /** Whether its containers are kept from talking to each other. */
  readonly isolate: boolean;
}

const Networks = z.array(z.object({ Id: z.string(), Name: z.string(), Created: z.string() }));

const PREPARED: PrepareOutcome = { kind: 'prepared' };

/** The user-defined bridge network of the games. One that exists already is taken as it is. */
export class GamesNetwork {
  readonly #docker: Docker;
  readonly #spec: GamesNetworkSpec;
  readonly #deadlineMs: number;

  constructor(docker: Docker, spec: GamesNetworkSpec, deadlineMs: number) {
    this.#docker = docker;
    this.#spec = spec;
    this.#deadlineMs = deadlineMs;
  }

  /**
   * Makes the network exist.
   * @throws DependencyFault when the daemon does not answer.
   */
  async ensure(): Promise<PrepareOutcome> {
    const found = await callDocker({
      operation: 'inspect the network',
      deadlineMs: this.#deadlineMs,
      run: (signal) => readDocker(this.#docker, `/networks/${this.#spec.name}`, signal),
    });
    if (found.kind === 'ok') return PREPARED;
    return found.kind === 'gone' ? this.#create() : refusedUnlessPassing('inspect the network', found);
  }

  async #create(): Promise<PrepareOutcome> {
    const { name, isolate } = this.#spec;
    const options = {
      Name: name,
      Driver: 'bridge',
      CheckDuplicate: true,
      Labels: { 'galaxy.managed': 'true' },
      Options: isolate ? { 'com.docker.network.bridge.enable_icc': 'false' } : {},
    };
    const created = await callDocker({
      operation: 'create the network',
      deadlineMs: this.#deadlineMs,
      run: (abortSignal) => this.#docker.createNetwork({ ...options, abortSignal }),
    });
    if (created.kind === 'conflict') return PREPARED;
    if (created.kind !== 'ok') return refusedUnlessPassing('create the network', created);
    await this.#keepOne(created.value.id);
    return PREPARED;
  }

  // CheckDuplicate is a best effort: two managers at the same moment can make two networks of one name, and from then on
  // the name is ambiguous. Each looks again after its create; whoever made another than the oldest removes its own.
  async #keepOne(ownId: string): Promise<void> {
    const namesakes = await this.#namesakes();
    const oldest = namesakes.sort((a, b) => compare(a.Created, b.Created) || compare(a.Id, b.Id))[0];
    if (oldest === undefined || oldest.Id === ownId) return;
    const operation = 'remove the double network';
    const run = (abortSignal: AbortSignal) => this.#docker.getNetwork(ownId).remove({ abortSignal });
    const removed = await callDocker<unknown>({ operation, deadlineMs: this.#deadlineMs, run });
    if (removed.kind !== 'ok' && removed.kind !== 'gone') throw refusalFault(operation, removed);
  }

  async #namesakes() {
    const operation = 'list networks';
    const filters = { name: [this.#spec.name] };
    const run = (abortSignal: AbortSignal) => this.#docker.listNetworks({ filters, abortSignal });
    const reply = await callDocker<unknown>({ operation, deadlineMs: this.#deadlineMs, run });
    if (reply.kind !== 'ok') throw refusalFault(operation, reply);
    const networks = Networks.safeParse(reply.value);
    if (!networks.success) throw answerFault(operation, networks.error);
    // The filter finds parts of names, too.
    return networks.data.filter((network) => network.Name === this.#spec.name);
  }
}

function refusedUnlessPassing(operation: string, refusal: Parameters<typeof refusalFault>[1]): PrepareOutcome {
  if (refusal.kind === 'unavailable' || refusal.kind === 'denied') throw refusalFault(operation, refusal);
  return { kind: 'refused', message: refusal.message };
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));
