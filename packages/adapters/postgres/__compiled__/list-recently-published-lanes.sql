-- list recently published lanes
--
-- The lanes with a message that was marked lately, each with the highest number that was.
--
-- Built in packages/adapters/postgres/src/outbox/publish-marks.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  kinds    text::json
-- $2  withinMs float8

select
  "runtime_outbox"."kind" as kind,
  "runtime_outbox"."lane" as lane,
  max("runtime_outbox"."number")::text as number
from
  "runtime_outbox"
where
  "runtime_outbox"."kind" = any (
    array(
      select
        json_array_elements_text($1::text::json)
    )
  )
  and "runtime_outbox"."published_at" > statement_timestamp() - $2::float8 * interval '1 millisecond'
group by
  "runtime_outbox"."kind",
  "runtime_outbox"."lane"
order by
  "runtime_outbox"."kind",
  "runtime_outbox"."lane"
