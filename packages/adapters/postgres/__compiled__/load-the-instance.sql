-- load the instance
--
-- Names the installation: as wanted, otherwise as before, otherwise by a fresh UUID. Returns the name that is stored then.
--
-- Built in packages/adapters/postgres/src/schema/instance.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  wanted text
-- $2  wanted text

insert into
  "runtime_settings" ("key", "value")
select
  'instance',
  coalesce($1::text, gen_random_uuid()::text)
on conflict ("key") do update
set
  "value" = coalesce($2::text, "runtime_settings"."value")
returning
  "runtime_settings"."value"
