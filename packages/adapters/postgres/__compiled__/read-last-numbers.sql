-- read last numbers
--
-- The last number of each lane that is asked for, in the order given.
--
-- Built in packages/adapters/postgres/src/coordination/postgres-recovery.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  lanes text::json

select
  coalesce("runtime_lanes"."last_number", 0)::text as number
from
  rows
from
  (json_to_recordset($1::text::json) as (kind text, lane text)) with ordinality as l (kind, lane, n)
  left join "runtime_lanes" on "runtime_lanes"."kind" = l.kind
  and "runtime_lanes"."lane" = l.lane
order by
  l.n
