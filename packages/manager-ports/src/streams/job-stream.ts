import type { Arrival, JobStreamName, StreamJob } from '@galaxy/domain';

/** Per stream the id of the last ingested entry, `0-0` for none. */
export type JobCursors = Readonly<Record<JobStreamName, string>>;

/**
 * One entry as it was read. `job` is null when the entry could neither be decoded nor answered. `refusal` says why it could not be
 * decoded, even if it can be answered; it is null for a valid entry.
 */
export interface ReceivedEntry extends Arrival {
  readonly entryId: string;
  readonly job: StreamJob | null;
  readonly refusal: string | null;
  /** JSON of the entry as it was: an array of `[field, value]`, both base64 of the raw bytes. Of a large entry only the first 64 KiB and the first 1024 fields. */
  readonly raw: string;
  /** SHA-256 of the raw fields, in hex. It distinguishes a reused entry id from the same entry read twice. */
  readonly payloadHash: string;
}

/** The result of one read, per stream in stream order. */
export interface JobReads {
  readonly starts: readonly ReceivedEntry[];
  readonly stops: readonly ReceivedEntry[];
  /** The most entries that the read could return per stream. */
  readonly limit: number;
  /** Milliseconds since 1970 (UTC) by the server's clock, from which entry ids are made. */
  readonly serverMs: bigint;
}

/** What the server reports about a stream. */
export interface StreamShape {
  /** The first and the last id in the stream; null when it is empty. */
  readonly firstId: string | null;
  readonly lastHeldId: string | null;
  /** The highest id the stream ever had, deleted entries included; null when it never had an entry. */
  readonly lastId: string | null;
  /** How many entries were ever added. */
  readonly added: bigint;
  /** How many entries are in the stream. */
  readonly length: bigint;
}

/** What may be removed from a stream: entries before `before`. `firstId` is the first id it had, `cursor` the last ingested entry. */
export interface StreamCut {
  readonly before: string;
  readonly firstId: string;
  readonly cursor: string;
}

/**
 * `trimmed`: `removed` entries were removed; some may be left, and another call removes more. `changed`: the stream is not as the cut
 * says. `other_readers`: others read the stream by consumer groups. In both cases nothing was removed.
 */
export type TrimOutcome =
  | { readonly kind: 'trimmed'; readonly removed: number }
  | { readonly kind: 'changed' }
  | { readonly kind: 'other_readers' };

/**
 * Reads the job streams. Never consumes: the same cursors give the same entries again until they are trimmed. An entry that can't be
 * decoded is returned with its refusal, so it never blocks the ones behind it.
 */
export interface JobStream {
  /** The key from which a stream is read; dead letters name it. */
  key(stream: JobStreamName): string;

  /**
   * The entries after the cursors, at most `limit` of each stream, as of one moment for both streams. Does not wait.
   * @throws DependencyFault when the server does not answer or refuses.
   */
  read(after: JobCursors, limit: number): Promise<JobReads>;

  /**
   * Returns when something has arrived after the cursors, when `maxWaitMs` (at most 2000) is over, or when the signal aborts. A hint
   * only: {@link read} returns what is there.
   * @throws DependencyFault as {@link read}.
   */
  wait(after: JobCursors, maxWaitMs: number, signal: AbortSignal): Promise<void>;

  /**
   * The shapes of both streams, as of one moment; null for a stream that does not exist.
   * @throws DependencyFault as {@link read}.
   */
  shapes(): Promise<Readonly<Record<JobStreamName, StreamShape | null>>>;

  /**
   * Removes a portion of old entries. Safe to repeat.
   * @throws DependencyFault as {@link read}.
   */
  trim(stream: JobStreamName, cut: StreamCut): Promise<TrimOutcome>;
}
