import type { Arrival, JobStreamName, StreamJob } from '@galaxy/domain';

/** Where reading stands: per stream the id of the last entry taken in, `0-0` for none. */
export type JobCursors = Readonly<Record<JobStreamName, string>>;

/**
 * One entry as it arrived. `job` is null when it could neither be decoded nor answered; `refusal` says why it could not
 * be decoded (also when it is answerable), and is null for a good entry.
 */
export interface ReceivedEntry extends Arrival {
  readonly entryId: string;
  readonly job: StreamJob | null;
  readonly refusal: string | null;
  /** JSON of the entry as it was: an array of `[field, value]`, both base64 of the raw bytes; of a larger one the first 64 KiB, of more than 1024 fields the first 1024. */
  readonly raw: string;
  /** SHA-256 over the raw fields, in hex: tells a reused entry id from the same entry read twice. */
  readonly payloadHash: string;
}

/** What one read returned, per stream in stream order. */
export interface JobReads {
  readonly starts: readonly ReceivedEntry[];
  readonly stops: readonly ReceivedEntry[];
  /** The most entries the read could return per stream. */
  readonly limit: number;
  /** Milliseconds since 1970 (UTC) by the server's clock, which entry ids are made of. */
  readonly serverMs: bigint;
}

/** What a stream says of itself. */
export interface StreamShape {
  /** The first and the last id it holds; null when it holds nothing. */
  readonly firstId: string | null;
  readonly lastHeldId: string | null;
  /** The highest id it ever gave out, that of a deleted entry included; null when it gave out none. */
  readonly lastId: string | null;
  /** How many entries were ever added. */
  readonly added: bigint;
  /** How many it holds. */
  readonly length: bigint;
}

/**
 * Reads the job streams. Never consumes: the same cursors give the same entries again until they are trimmed. An entry
 * that can't be decoded is returned with its refusal, so it never blocks the ones behind it.
 */
export interface JobStream {
  /** The key a stream is read from, as dead letters name it. */
  key(stream: JobStreamName): string;

  /**
   * The entries after the cursors, at most `limit` of each stream, as of one moment for both streams. Does not wait.
   * @throws DependencyFault when the server does not answer or refuses.
   */
  read(after: JobCursors, limit: number): Promise<JobReads>;

  /**
   * Returns when something has arrived after the cursors, when `maxWaitMs` (at most 2000) is over, or when the signal
   * aborts. A hint only: {@link read} tells what is there.
   * @throws DependencyFault as there.
   */
  wait(after: JobCursors, maxWaitMs: number, signal: AbortSignal): Promise<void>;

  /**
   * What both streams say of themselves, as of one moment; null for one that does not exist.
   * @throws DependencyFault as there.
   */
  shapes(): Promise<Readonly<Record<JobStreamName, StreamShape | null>>>;
}
