-- count the outbox
--
-- How many messages are not marked as published, and how old the oldest is.
--
-- Built in packages/adapters/postgres/src/outbox/postgres-outbox.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  kinds text::json

select
  count(*)::int as pending,
  (
    extract(
      epoch
      from
        clock_timestamp() - min("runtime_outbox"."created_at")
    ) * 1000
  )::float8 as oldest_ms
from
  "runtime_outbox"
where
  "runtime_outbox"."published_at" is null
  and "runtime_outbox"."kind" = any (
    array(
      select
        json_array_elements_text($1::text::json)
    )
  )
