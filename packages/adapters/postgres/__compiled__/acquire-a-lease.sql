-- acquire a lease
--
-- Takes a lease that is free or expired, or renews the own one. Each new holding has an epoch of its own. No row when
-- somebody else holds it.
--
-- Built in packages/adapters/postgres/src/coordination/postgres-leases.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  name   text
-- $2  holder text
-- $3  ttlMs  float8
-- $4  holder text
-- $5  holder text
-- $6  ttlMs  float8
-- $7  holder text

insert into
  "runtime_leases" ("name", "holder", "epoch", "expires_at")
select
  $1::text,
  $2::text,
  1,
  clock_timestamp() + $3::float8 * interval '1 millisecond'
on conflict ("name") do update
set
  "holder" = $4::text,
  "epoch" = "runtime_leases"."epoch" + case
    when "runtime_leases"."holder" = $5::text
    and "runtime_leases"."expires_at" > clock_timestamp() then 0
    else 1
  end,
  "expires_at" = clock_timestamp() + $6::float8 * interval '1 millisecond'
where
  "runtime_leases"."holder" is null
  or "runtime_leases"."holder" = $7::text
  or "runtime_leases"."expires_at" <= clock_timestamp()
returning
  "runtime_leases"."epoch"::text
