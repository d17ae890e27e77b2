-- read cursors
--
-- How far each job stream was ingested.
--
-- Built in packages/adapters/postgres/src/operations/postgres-operation-journal.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.

select
  "runtime_stream_cursors"."stream",
  "runtime_stream_cursors"."cursor",
  "runtime_stream_cursors"."floor",
  "runtime_stream_cursors"."entries_read"::text,
  "runtime_stream_cursors"."former" as previous
from
  "runtime_stream_cursors"
