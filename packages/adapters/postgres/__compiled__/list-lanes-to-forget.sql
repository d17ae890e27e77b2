-- list lanes to forget
--
-- No row while a message up to the last deleted one may still be sent: it is not marked, or was marked lately, or belongs to a
-- transaction that is still open. Such a transaction is older than the last deletion: ids are given long before messages are deleted.
--
-- Built in packages/adapters/postgres/src/outbox/forgettable.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  lanes          text::json
-- $2  kind           text
-- $3  kind           text
-- $4  kind           text
-- $5  markedWithinMs float8

select
  coalesce(
    (
      select
        "runtime_publishing"."epoch"
      from
        "runtime_publishing"
    ),
    0
  )::text as epoch,
  "runtime_deleted_messages"."up_to"::text as up_to,
  (
    select
      coalesce(
        json_agg(
          asked.lane
          order by
            asked.lane collate "C"
        ),
        '[]'
      )::text
    from
      json_array_elements_text($1::text::json) as asked (lane)
    where
      not exists (
        select
        from
          "runtime_outbox"
        where
          "runtime_outbox"."kind" = $2::text
          and "runtime_outbox"."lane" = asked.lane
      )
  ) as lanes
from
  "runtime_deleted_messages"
where
  "runtime_deleted_messages"."kind" = $3::text
  and "runtime_deleted_messages"."deleted_in" < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
  and not exists (
    select
    from
      "runtime_outbox"
    where
      "runtime_outbox"."kind" = $4::text
      and "runtime_outbox"."id" <= "runtime_deleted_messages"."up_to"
      and (
        "runtime_outbox"."published_at" is null
        or "runtime_outbox"."published_at" > statement_timestamp() - $5::float8 * interval '1 millisecond'
      )
  )
