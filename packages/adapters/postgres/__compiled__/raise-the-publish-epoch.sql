-- raise the publish epoch
--
-- Raises the publish epoch.
--
-- Built in packages/adapters/postgres/src/outbox/take-back.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.

insert into
  "runtime_publishing" ("epoch")
select
  1
on conflict ("one") do update
set
  "epoch" = "runtime_publishing"."epoch" + 1
returning
  "runtime_publishing"."epoch"::text
