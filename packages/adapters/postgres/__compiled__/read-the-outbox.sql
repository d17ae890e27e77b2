-- read the outbox
--
-- The messages that are not marked as published, the oldest first.
--
-- Built in packages/adapters/postgres/src/outbox/postgres-outbox.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  kinds text::json
-- $2  limit int

select
  "runtime_outbox"."id"::text as id,
  "runtime_outbox"."kind" as kind,
  "runtime_outbox"."lane" as lane,
  "runtime_outbox"."number"::text as number,
  "runtime_outbox"."payload"::text as payload,
  coalesce(
    (
      select
        "runtime_publishing"."epoch"
      from
        "runtime_publishing"
    ),
    0
  )::text as epoch
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
order by
  "runtime_outbox"."id"
limit
  $2::int
