-- prune the outbox
--
-- The message with the highest id stays: by it, the server of the streams shows whether this database was restored from a backup.
-- Rows that somebody else holds stay for the next time. The age is checked twice: the mark may just have been taken back.
--
-- Built in packages/adapters/postgres/src/outbox/prune-outbox.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  olderThanMs float8
-- $2  limit       int
-- $3  limit       int
-- $4  olderThanMs float8

with
  chosen as (
    select
      old.id
    from
      (
        values
          ('job_result'),
          ('dead_letter'),
          ('job_outcome')
      ) as k (kind)
      cross join lateral (
        select
          "of_kind"."id" as id,
          "of_kind"."published_at" as published_at
        from
          "runtime_outbox" "of_kind"
        where
          "of_kind"."kind" = k.kind
          and "of_kind"."published_at" < statement_timestamp() - $1::float8 * interval '1 millisecond'
          and "of_kind"."id" < (
            select
              max("runtime_outbox"."id")
            from
              "runtime_outbox"
          )
          and (
            "of_kind"."kind" <> 'dead_letter'
            or "of_kind"."resolution" is not null
          )
        order by
          "of_kind"."published_at"
        limit
          $2::int
        for update of
          "of_kind" skip locked
      ) old
    order by
      old.published_at
    limit
      $3::int
  ),
  deleted as (
    delete from "runtime_outbox"
    where
      "runtime_outbox"."id" = any (
        array(
          select
            id
          from
            chosen
        )
      )
      and "runtime_outbox"."published_at" < statement_timestamp() - $4::float8 * interval '1 millisecond'
    returning
      1
  )
select
  count(*)::int as deleted
from
  deleted
