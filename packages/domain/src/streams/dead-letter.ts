/** A stream entry that could not be decoded or whose job was exhausted, as published on `runtime:dead_letters`. */
export interface DeadLetter {
  /** The key of the stream it was read from. */
  readonly sourceStream: string;
  readonly sourceEntryId: string;
  /** A stable code of docs/error-model.md. */
  readonly errorCode: string;
  readonly errorMessage: string;
  /** JSON of the raw entry: an array of `[field, value]`, both base64. Of a large entry only the first 64 KiB and the first 1024 fields. */
  readonly raw: string;
  /** How many attempts failed; 0 when it could not be decoded. */
  readonly attempts: number;
  /** Milliseconds since 1970 (UTC). */
  readonly failedAtMs: bigint;
}
