-- prune the outbox
--
-- Rows that somebody else holds stay for the next time. The age is checked twice: the mark may just have been taken back.
--
-- Built in packages/adapters/postgres/src/outbox/prune-outbox.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  olderThanMs float8
-- $2  limit       int
-- $3  olderThanMs float8

with
  chosen as (
    select
      "old"."id" as id
    from
      "runtime_outbox" "old"
    where
      "old"."published_at" < statement_timestamp() - $1::float8 * interval '1 millisecond'
      and (
        "old"."kind" <> 'dead_letter'
        or "old"."resolution" is not null
      )
      and exists (
        select
        from
          "runtime_outbox" "later"
        where
          "later"."kind" = "old"."kind"
          and "later"."lane" = "old"."lane"
          and "later"."number" > "old"."number"
      )
    order by
      "old"."published_at"
    limit
      $2::int
    for update of
      "old" skip locked
  ),
  deleted as (
    delete from "runtime_outbox" using chosen
    where
      "runtime_outbox"."id" = chosen.id
      and "runtime_outbox"."published_at" < statement_timestamp() - $3::float8 * interval '1 millisecond'
    returning
      1
  )
select
  count(*)::int as deleted
from
  deleted
