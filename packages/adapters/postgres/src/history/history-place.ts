import { type SQL, sql } from 'drizzle-orm';
import { runtimeSettings } from '../schema/schema.js';
import { assignments, bare, insertSelect } from '../sql/sql-text.js';

const { key, value } = runtimeSettings;
const KEY = sql`'history_place'`;

/** One row `(at, ord)`: the end of the last operation that `prune operations` has looked at. */
export const placeNow: SQL = sql`
  select coalesce(max(timestamptz 'epoch' + split_part(${value}, ' ', 1)::bigint * interval '1 microsecond'), '-infinity') as at,
    coalesce(max(split_part(${value}, ' ', 2)::bigint), 0) as ord
  from ${runtimeSettings} where ${key} = ${KEY}`;

/** Stores the place of the last row in `rows`, which have `finished_at` and `ord`. Microseconds: text would depend on the session's settings. */
export const movePlace = (rows: SQL): SQL => sql`
  ${insertSelect(runtimeSettings, { key: KEY, value: sql`(extract(epoch from finished_at) * 1000000)::bigint || ' ' || ord` })}
  from ${rows} order by finished_at desc, ord desc limit 1
  on conflict (${bare(key)}) do update set ${assignments(runtimeSettings, { value: sql`excluded.value` })}`;
