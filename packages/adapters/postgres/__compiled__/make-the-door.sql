-- make the door
--
-- Makes the row of the door, as a lease that nobody holds.
--
-- Built in packages/adapters/postgres/src/queue/door.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.

insert into
  "runtime_leases" ("name", "epoch", "expires_at")
select
  'coordinator',
  0,
  clock_timestamp()
on conflict ("name") do nothing
