import { type SQL, sql } from 'drizzle-orm';

/** The milliseconds of an entry id, as numeric. */
export const entryMs = (id: SQL): SQL => sql`split_part(${id}, '-', 1)::numeric`;

/** An entry id for comparisons. As numeric: the parts are unsigned 64-bit integers, too large for bigint. */
export const entryNumbers = (id: SQL): SQL => sql`(${entryMs(id)}, split_part(${id}, '-', 2)::numeric)`;
