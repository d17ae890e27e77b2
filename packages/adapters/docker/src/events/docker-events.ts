import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FleetHint } from '@galaxy/manager-ports';
import { DependencyFault } from '@galaxy/ports';
import { callDocker } from '../client/call-docker.js';
import type { DockerConnection } from '../client/docker-connection.js';
import type { DockerEngineSettings } from '../client/docker-engine-options.js';
import { connectionFault, refusalFault } from '../client/docker-faults.js';
import { openDocker, readDocker } from '../client/docker-reads.js';
import { linesOf } from '../client/json-lines.js';
import { readEvent, TOLD_ACTIONS } from './engine-event.js';
import { EventPlace } from './event-place.js';
import { Reconnecting } from './reconnecting.js';
import { StreamWatchdog } from './stream-watchdog.js';

const OPERATION = 'follow the events';
const MAX_LINE_BYTES = 1024 * 1024;

type Tell = (hint: FleetHint) => void;

interface Following {
  readonly place: EventPlace;
  readonly reconnecting: Reconnecting;
  readonly tell: Tell;
  readonly signal: AbortSignal;
}

/** Follows the daemon's events about our containers, and reconnects when the stream ends. */
export class DockerEvents {
  readonly #docker: DockerConnection;
  readonly #settings: Pick<DockerEngineSettings, 'instance' | 'deadlines' | 'events'>;

  constructor(docker: DockerConnection, settings: Pick<DockerEngineSettings, 'instance' | 'deadlines' | 'events'>) {
    this.#docker = docker;
    this.#settings = settings;
  }

  /**
   * Reports changes until the signal aborts, then returns. Reports `connected` after each opening of the stream, and for each line that
   * could not be understood, because it may have been any change.
   * @throws DependencyFault when the stream can't be opened at first, or could not be opened again for `giveUpMs`.
   */
  async follow(tell: Tell, signal: AbortSignal): Promise<void> {
    const place = new EventPlace(Date.now());
    const reconnecting = new Reconnecting(this.#settings.events.giveUpMs);
    while (!signal.aborted) await this.#readUntilCut({ place, reconnecting, tell, signal });
  }

  async #readUntilCut({ place, reconnecting, tell, signal }: Following): Promise<void> {
    try {
      const stream = await this.#open(place, signal);
      reconnecting.opened();
      await this.#read(stream, place, tell, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof DependencyFault)) throw error;
      await pause(reconnecting.delayAfter(error), signal);
    }
  }

  // Also the first time, asks for events from a little earlier: the daemon starts to collect events only after it has sent the headers.
  async #open(place: EventPlace, signal: AbortSignal): Promise<IncomingMessage> {
    const { instance, deadlines } = this.#settings;
    const label = ['galaxy.managed=true', `galaxy.instance=${instance}`];
    const query = { since: place.since, filters: { type: ['container'], label, event: TOLD_ACTIONS } };
    const run = (abortSignal: AbortSignal) => openDocker(this.#docker.slow, '/events', query, abortSignal);
    const reply = await callDocker({ operation: OPERATION, deadlineMs: deadlines.events, signal, run });
    if (reply.kind !== 'ok') throw refusalFault(OPERATION, reply);
    place.opened(reply.value.headers.date);
    return reply.value;
  }

  async #read(stream: IncomingMessage, place: EventPlace, tell: Tell, signal: AbortSignal): Promise<never> {
    const watchdog = new StreamWatchdog(stream, () => this.#ping(), this.#settings.events);
    const abort = () => void stream.destroy(new Error('aborted'));
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    try {
      tell({ kind: 'connected' });
      for await (const line of untilCut(stream)) {
        watchdog.heard();
        this.#handle(line, place, tell);
      }
      throw connectionFault(OPERATION, new Error('the stream ended'));
    } finally {
      signal.removeEventListener('abort', abort);
      watchdog.end();
      stream.destroy();
    }
  }

  #handle(line: string, place: EventPlace, tell: Tell): void {
    if (line.trim() === '') return;
    const event = readEvent(this.#settings.instance, line);
    if (event === null) return tell({ kind: 'connected' });
    if (place.isNew(event) && event.gameId !== null) tell({ kind: 'changed', gameId: event.gameId });
  }

  async #ping(): Promise<void> {
    const run = (signal: AbortSignal) => readDocker(this.#docker.quick, '/_ping', signal);
    const reply = await callDocker({ operation: 'ping', deadlineMs: this.#settings.deadlines.ping, run });
    if (reply.kind !== 'ok') throw refusalFault('ping', reply);
  }
}

// Turns errors of the stream into faults here, so that they are not confused with errors that `tell` throws.
async function* untilCut(stream: IncomingMessage): AsyncGenerator<string> {
  try {
    yield* linesOf(stream, MAX_LINE_BYTES);
  } catch (error) {
    throw connectionFault(OPERATION, error);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
