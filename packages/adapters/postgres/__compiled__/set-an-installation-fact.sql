-- set an installation fact
--
-- Stores a fact, over the one that was there.
--
-- Built in packages/adapters/postgres/src/coordination/postgres-installation-facts.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  key   text
-- $2  value text
-- $3  value text

insert into
  "runtime_settings" ("key", "value")
select
  $1::text,
  $2::text
on conflict ("key") do update
set
  "value" = $3::text
