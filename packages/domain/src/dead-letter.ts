/** A stream entry that was given up, as `runtime:dead_letters` carries it. */
export interface DeadLetter {
  /** The key of the stream it came by. */
  readonly sourceStream: string;
  readonly sourceEntryId: string;
  /** A stable code of docs/error-model.md. */
  readonly errorCode: string;
  readonly errorMessage: string;
  /** JSON of the entry as it was: an array of `[field, value]`, both base64 of the raw bytes; of a larger one the first 64 KiB, of more than 1024 fields the first 1024. */
  readonly raw: string;
  /** How many attempts at it failed; 0 when it could not even be decoded. */
  readonly attempts: number;
  /** Milliseconds since 1970 (UTC). */
  readonly failedAtMs: bigint;
}
