-- move a cursor
--
-- Moves the cursor of a job stream to a place, forwards or back, while the lease is held. No row when it is not.
-- `entriesRead` comes as text, since the count is null while unknown.
--
-- Built in packages/adapters/postgres/src/queue/move-cursor.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  name        text
-- $2  holder      text
-- $3  epoch       bigint
-- $4  stream      text
-- $5  cursor      text
-- $6  floor       text
-- $7  entriesRead text
-- $8  previous    text
-- $9  cursor      text
-- $10 floor       text
-- $11 entriesRead text
-- $12 previous    text

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
  "runtime_stream_cursors" ("stream", "cursor", "floor", "entries_read", "former")
select
  $4::text,
  $5::text,
  $6::text,
  $7::text::bigint,
  $8::text
from
  lease
on conflict ("stream") do update
set
  "cursor" = $9::text,
  "floor" = $10::text,
  "entries_read" = $11::text::bigint,
  "former" = $12::text
returning
  1
