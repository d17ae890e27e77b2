import { type SQL, sql } from 'drizzle-orm';
import { runtimeHolds } from '../schema/schema.js';

/** Whether a hold `restored` was in force when the statement began. */
export const onHold: SQL = sql`exists (select from ${runtimeHolds} where ${runtimeHolds.reason} = 'restored')`;
