import { type SQL, sql } from 'drizzle-orm';
import { runtimePublishing } from '../schema/schema.js';

/** The present publish epoch, as text: 0 until the first was raised. */
export const presentEpoch: SQL = sql`coalesce((select ${runtimePublishing.epoch} from ${runtimePublishing}), 0)::text`;
