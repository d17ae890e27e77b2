import type { JobStreamName } from '@galaxy/domain';
import type { JobCursors, JobReads, JobStream, ReceivedEntry, StreamCut, StreamShape, TrimOutcome } from '@galaxy/manager-ports';
import { InvalidInputError } from '@galaxy/ports';
import { decodeJob, payloadHash, rawJson, STREAM_KEYS } from '@galaxy/wire';
import { MAX_BLOCK_MS } from '../connection/connection-options.js';
import { unlessOver } from '../connection/deadline.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import { unexpectedReply } from '../connection/redis-faults.js';
import { READ_STREAM_SHAPES } from '../scripts/read-stream-shapes.js';
import { runScript } from '../scripts/script.js';
import { TRIM_STREAM } from '../scripts/trim-stream.js';
import type { StreamEntry } from './stream-reply.js';
import { streamEntries } from './stream-reply.js';
import { serverMs, streamShapes } from './stream-shape.js';

/** What a {@link RedisJobStream} is built from. */
export interface RedisJobStreamOptions {
  /** A connection of role `reader`, used for nothing else: it is blocked most of the time. */
  readonly reader: RedisConnection;
  /** A connection of role `commands`. */
  readonly commands: RedisConnection;
  readonly startJobsKey?: string;
  readonly stopJobsKey?: string;
}

/** Reads the job streams from Redis. Both keys must live on one node: they are read in one command. */
export class RedisJobStream implements JobStream {
  readonly #reader: RedisConnection;
  readonly #commands: RedisConnection;
  readonly #keys: Readonly<Record<JobStreamName, string>>;
  #blocked: Promise<boolean> | null = null;

  /** @throws InvalidInputError when both keys are the same. */
  constructor({ reader, commands, startJobsKey, stopJobsKey }: RedisJobStreamOptions) {
    this.#reader = reader;
    this.#commands = commands;
    this.#keys = { start_jobs: startJobsKey ?? STREAM_KEYS.startJobs, stop_jobs: stopJobsKey ?? STREAM_KEYS.stopJobs };
    if (this.#keys.start_jobs === this.#keys.stop_jobs) throw new InvalidInputError('start and stop jobs need a key each');
  }

  key(stream: JobStreamName): string {
    return this.#keys[stream];
  }

  async read(after: JobCursors, limit: number): Promise<JobReads> {
    // In one round trip, and in this order: what was read is not younger than the clock says.
    const [reply, time]: readonly [unknown, unknown] = await this.#commands.run('read', (client) =>
      Promise.all([client.xreadBuffer('COUNT', limit, 'STREAMS', ...this.#positions(after)), client.time()]),
    );
    const entries = streamEntries(reply);
    // As with a prefix in the settings of the client: what came under another name would be passed over for ever.
    if ([...entries.keys()].some((key) => !Object.values(this.#keys).includes(key))) throw unexpectedReply('XREAD');
    const received = (stream: JobStreamName) => (entries.get(this.#keys[stream]) ?? []).map((entry) => receivedEntry(stream, entry));
    return { starts: received('start_jobs'), stops: received('stop_jobs'), limit, serverMs: serverMs(time) };
  }

  async wait(after: JobCursors, maxWaitMs: number, signal: AbortSignal): Promise<void> {
    const end = performance.now() + Math.min(maxWaitMs, MAX_BLOCK_MS);
    for (let left = end - performance.now(); left > 0 && !signal.aborted; left = end - performance.now()) {
      // An aborted wait leaves its read blocked for a while: it is as good a hint, and a second one would queue up behind it.
      this.#blocked ??= this.#block(after, left);
      if ((await unlessOver(this.#blocked, left, signal)) === true) return;
    }
  }

  async shapes(): Promise<Readonly<Record<JobStreamName, StreamShape | null>>> {
    const keys = [this.#keys.start_jobs, this.#keys.stop_jobs];
    const reply = await this.#commands.run('read', (client) => runScript(client, READ_STREAM_SHAPES, keys, []));
    const [starts, stops] = streamShapes(reply);
    return { start_jobs: starts, stop_jobs: stops };
  }

  async trim(stream: JobStreamName, { before, firstId, cursor }: StreamCut): Promise<TrimOutcome> {
    const [key, args] = [this.#keys[stream], [before, firstId, cursor]];
    const reply = await this.#commands.run('write', (client) => runScript(client, TRIM_STREAM, [key], args));
    const [kind, removed] = Array.isArray(reply) ? (reply as unknown[]) : [];
    if (kind === 'trimmed' && typeof removed === 'number') return { kind, removed };
    if (kind === 'changed' || kind === 'other_readers') return { kind };
    throw unexpectedReply('EVALSHA');
  }

  /** Whether anything came within the time. Nobody need wait for the answer. */
  #block(after: JobCursors, ms: number): Promise<boolean> {
    const blocked = this.#reader
      // 0 would block for ever.
      .run('read', (client) => client.xreadBuffer('COUNT', 1, 'BLOCK', Math.max(1, Math.ceil(ms)), 'STREAMS', ...this.#positions(after)))
      .then((reply) => reply !== null);
    const done = (): void => {
      this.#blocked = null;
    };
    blocked.then(done, done);
    return blocked;
  }

  #positions(after: JobCursors): [string, string, string, string] {
    return [this.#keys.start_jobs, this.#keys.stop_jobs, after.start_jobs, after.stop_jobs];
  }
}

function receivedEntry(stream: JobStreamName, { entryId, id, entry }: StreamEntry): ReceivedEntry {
  return { stream, entryId, id, ...decodeJob(stream, entry), raw: rawJson(entry), payloadHash: payloadHash(entry) };
}
