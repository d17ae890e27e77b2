import { isIdAfter, type JobStreamName, STREAM_START } from '@galaxy/domain';
import type { JobCursors, JobReads, JobStream, ReceivedEntry, StreamCut, StreamShape, TrimOutcome } from '@galaxy/manager-ports';
import { decodeJob, payloadHash, rawJson, STREAM_KEYS } from '@galaxy/wire';
import type { MemoryEntry } from './memory-stream.js';
import type { MemoryStreams } from './memory-streams.js';

const MAX_WAIT_MS = 2000;

/** Reads the job streams of a {@link MemoryStreams}. */
export class MemoryJobStream implements JobStream {
  readonly #streams: MemoryStreams;

  constructor(streams: MemoryStreams) {
    this.#streams = streams;
  }

  key(stream: JobStreamName): string {
    return stream === 'start_jobs' ? STREAM_KEYS.startJobs : STREAM_KEYS.stopJobs;
  }

  async read(after: JobCursors, limit: number): Promise<JobReads> {
    const [starts, stops] = [this.#after('start_jobs', after, limit), this.#after('stop_jobs', after, limit)];
    return { starts, stops, limit, serverMs: BigInt(this.#streams.nowMs()) };
  }

  async wait(after: JobCursors, maxWaitMs: number, signal: AbortSignal): Promise<void> {
    const ids = { [this.key('start_jobs')]: after.start_jobs, [this.key('stop_jobs')]: after.stop_jobs };
    await this.#streams.arrival(ids, Math.min(maxWaitMs, MAX_WAIT_MS), signal);
  }

  async shapes(): Promise<Readonly<Record<JobStreamName, StreamShape | null>>> {
    const shape = (stream: JobStreamName) => this.#streams.shape(this.key(stream));
    return { start_jobs: shape('start_jobs'), stop_jobs: shape('stop_jobs') };
  }

  async trim(stream: JobStreamName, { before, firstId, cursor }: StreamCut): Promise<TrimOutcome> {
    const key = this.key(stream);
    const shape = this.#streams.shape(key);
    if (shape === null || shape.firstId !== firstId || isIdAfter(cursor, shape.lastId ?? STREAM_START)) return { kind: 'changed' };
    const removed = this.#streams.after(key, STREAM_START).filter(({ entryId }) => isIdAfter(before, entryId)).length;
    this.#streams.trim(key, Number(shape.length) - removed);
    return { kind: 'trimmed', removed };
  }

  #after(stream: JobStreamName, after: JobCursors, limit: number): ReceivedEntry[] {
    return this.#streams.after(this.key(stream), after[stream], limit).map((entry) => received(stream, entry));
  }
}

function received(stream: JobStreamName, { entryId, id, entry }: MemoryEntry): ReceivedEntry {
  return { stream, entryId, id, ...decodeJob(stream, entry), raw: rawJson(entry), payloadHash: payloadHash(entry) };
}
