-- set a hold under a lease
--
-- Sets a hold as `set a hold` does, while the lease is held.
--
-- Built in packages/adapters/postgres/src/coordination/postgres-holds.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  name    text
-- $2  holder  text
-- $3  epoch   bigint
-- $4  reason  text
-- $5  message text
-- $6  message text

with
  lease as (
    select
      1 as held
    from
      "runtime_leases"
    where
      "runtime_leases"."name" = $1::text
      and "runtime_leases"."holder" = $2::text
      and "runtime_leases"."epoch" = $3::bigint
    for update
  )
insert into
  "runtime_holds" ("reason", "message")
select
  $4::text,
  $5::text
from
  lease
on conflict ("reason") do update
set
  "message" = $6::text
