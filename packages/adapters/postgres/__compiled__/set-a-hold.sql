-- set a hold
--
-- Sets a hold. One that is in force gets the new message and keeps its time.
--
-- Built in packages/adapters/postgres/src/coordination/postgres-holds.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  reason  text
-- $2  message text
-- $3  message text

insert into
  "runtime_holds" ("reason", "message")
select
  $1::text,
  $2::text
on conflict ("reason") do update
set
  "message" = $3::text
