/** The place in a job stream up to which it was ingested. */
export interface StreamPlace {
  /** The id of the last ingested entry, `0-0` for none. */
  readonly cursor: string;
  /** The first id in the stream at the last check. It never falls: a lower one means another stream under the same key. Null while unknown. */
  readonly floor: string | null;
  /** How many entries the cursor has passed since the stream was created, lost ones included; null while unknown. */
  readonly entriesRead: bigint | null;
  /** The highest cursor in a previous stream under the same key, `0-0` when there was none. */
  readonly previous: string;
}
