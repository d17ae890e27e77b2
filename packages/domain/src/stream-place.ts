/** Where a job stream was taken in up to. */
export interface StreamPlace {
  /** The id of the last entry taken in, `0-0` for none. */
  readonly cursor: string;
  /** The first id the stream had when it was last looked at. It never falls: an id below it is of another stream under the same key. Null while unknown. */
  readonly floor: string | null;
  /** How many entries the cursor has passed since the stream was made, those lost included; null while unknown. */
  readonly entriesRead: bigint | null;
  /** The furthest cursor in a stream that was under the same key before, `0-0` when there was none. */
  readonly previous: string;
}
