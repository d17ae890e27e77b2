-- read an outbox lane
--
-- The messages of a lane from the first that is not marked, or was marked lately, at or after a number.
--
-- Built in packages/adapters/postgres/src/outbox/postgres-outbox.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  kind           text
-- $2  lane           text
-- $3  fromNumber     bigint
-- $4  markedWithinMs float8
-- $5  kind           text
-- $6  lane           text
-- $7  limit          int

with
  first as (
    select
      min("runtime_outbox"."number") as number
    from
      "runtime_outbox"
    where
      "runtime_outbox"."kind" = $1::text
      and "runtime_outbox"."lane" = $2::text
      and "runtime_outbox"."number" >= $3::bigint
      and (
        "runtime_outbox"."published_at" is null
        or "runtime_outbox"."published_at" > statement_timestamp() - $4::float8 * interval '1 millisecond'
      )
  )
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
  "runtime_outbox"."kind" = $5::text
  and "runtime_outbox"."lane" = $6::text
  and "runtime_outbox"."number" >= (
    select
      first.number
    from
      first
  )
order by
  "runtime_outbox"."number"
limit
  $7::int
