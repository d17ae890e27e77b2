-- release a lease
--
-- The holder is removed, so that writes under the old grant are refused at once, even before another process takes the lease.
--
-- Built in packages/adapters/postgres/src/coordination/postgres-leases.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  name   text
-- $2  holder text
-- $3  epoch  bigint

update "runtime_leases"
set
  "holder" = null
where
  "runtime_leases"."name" = $1::text
  and "runtime_leases"."holder" = $2::text
  and "runtime_leases"."epoch" = $3::bigint
