-- list holds
--
-- Every hold in force, the oldest first.
--
-- Built in packages/adapters/postgres/src/coordination/postgres-holds.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.

select
  "runtime_holds"."reason",
  "runtime_holds"."message",
  "runtime_holds"."since"
from
  "runtime_holds"
order by
  "runtime_holds"."since"
