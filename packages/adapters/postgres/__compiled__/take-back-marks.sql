-- take back marks
--
-- The entry id stays in the row: later entries must get higher ids.
--
-- Built in packages/adapters/postgres/src/outbox/take-back.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  fence    bigint
-- $2  held     text::json
-- $3  kinds    text::json
-- $4  withinMs float8
-- $5  limit    int

with
  raised as (
    update "runtime_publishing"
    set
      "epoch" = "runtime_publishing"."epoch" + 1
    where
      "runtime_publishing"."epoch" = $1::bigint
    returning
      "runtime_publishing"."epoch" as epoch
  ),
  lost as (
    select
      "runtime_outbox"."id" as id
    from
      raised,
      "runtime_outbox"
      left join json_to_recordset($2::text::json) as h (kind text, lane text, number bigint) on h.kind = "runtime_outbox"."kind"
      and h.lane = "runtime_outbox"."lane"
    where
      "runtime_outbox"."kind" = any (
        array(
          select
            json_array_elements_text($3::text::json)
        )
      )
      and "runtime_outbox"."published_at" > statement_timestamp() - $4::float8 * interval '1 millisecond'
      and "runtime_outbox"."number" > coalesce(h.number, 0)
    limit
      $5::int
  ),
  taken as (
    update "runtime_outbox"
    set
      "published_at" = null
    from
      lost
    where
      "runtime_outbox"."id" = lost.id
    returning
      1
  )
select
  epoch::text,
  (
    select
      count(*)::int
    from
      taken
  ) as taken_back
from
  raised
