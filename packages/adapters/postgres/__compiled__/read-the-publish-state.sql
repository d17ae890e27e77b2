-- read the publish state
--
-- The present publish epoch, the last outbox id, and the highest entry id known of each stream.
--
-- Built in packages/adapters/postgres/src/outbox/publish-marks.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.

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
  coalesce(
    (
      select
        max("runtime_outbox"."id")
      from
        "runtime_outbox"
    ),
    0
  )::text as last_id,
  (
    select
      entry_id
    from
      (
        (
          select
            "runtime_outbox"."entry_id" as entry_id
          from
            "runtime_outbox"
          where
            "runtime_outbox"."kind" = 'job_result'
            and "runtime_outbox"."published_at" is not null
            and "runtime_outbox"."entry_id" is not null
          order by
            "runtime_outbox"."published_at" desc
          limit
            1000
        )
        union all
        (
          select
            "runtime_outbox"."entry_id" as entry_id
          from
            "runtime_outbox"
          where
            "runtime_outbox"."published_at" is null
            and "runtime_outbox"."entry_id" is not null
            and "runtime_outbox"."kind" = 'job_result'
        )
      ) as recent
    order by
      split_part(entry_id, '-', 1)::numeric desc,
      split_part(entry_id, '-', 2)::numeric desc
    limit
      1
  ) as "job_result",
  (
    select
      entry_id
    from
      (
        (
          select
            "runtime_outbox"."entry_id" as entry_id
          from
            "runtime_outbox"
          where
            "runtime_outbox"."kind" = 'dead_letter'
            and "runtime_outbox"."published_at" is not null
            and "runtime_outbox"."entry_id" is not null
          order by
            "runtime_outbox"."published_at" desc
          limit
            1000
        )
        union all
        (
          select
            "runtime_outbox"."entry_id" as entry_id
          from
            "runtime_outbox"
          where
            "runtime_outbox"."published_at" is null
            and "runtime_outbox"."entry_id" is not null
            and "runtime_outbox"."kind" = 'dead_letter'
        )
      ) as recent
    order by
      split_part(entry_id, '-', 1)::numeric desc,
      split_part(entry_id, '-', 2)::numeric desc
    limit
      1
  ) as "dead_letter",
  (
    select
      entry_id
    from
      (
        (
          select
            "runtime_outbox"."entry_id" as entry_id
          from
            "runtime_outbox"
          where
            "runtime_outbox"."kind" = 'job_outcome'
            and "runtime_outbox"."published_at" is not null
            and "runtime_outbox"."entry_id" is not null
          order by
            "runtime_outbox"."published_at" desc
          limit
            1000
        )
        union all
        (
          select
            "runtime_outbox"."entry_id" as entry_id
          from
            "runtime_outbox"
          where
            "runtime_outbox"."published_at" is null
            and "runtime_outbox"."entry_id" is not null
            and "runtime_outbox"."kind" = 'job_outcome'
        )
      ) as recent
    order by
      split_part(entry_id, '-', 1)::numeric desc,
      split_part(entry_id, '-', 2)::numeric desc
    limit
      1
  ) as "job_outcome"
