-- mark as published
--
-- The row of the epoch is locked before it is compared: a mark that waited while the epoch was raised sees the new one, and a
-- statement that raises the epoch waits for marks in progress. Rows that somebody else holds are skipped, and counted: a worker and the
-- relay may mark the same ones. If the mark without an entry id comes first, a later one still adds the id.
--
-- Built in packages/adapters/postgres/src/outbox/publish-marks.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  marks text::json

with
  present as (
    select
      "runtime_publishing"."epoch" as epoch
    from
      "runtime_publishing"
    for share
  ),
  counted as (
    select
      m.id,
      max(m.entry_id) as entry_id
    from
      json_to_recordset($1::text::json) as m (id bigint, epoch bigint, entry_id text)
    where
      m.epoch = coalesce(
        (
          select
            epoch
          from
            present
        ),
        0
      )
    group by
      m.id
  ),
  waiting as (
    select
      "runtime_outbox"."id" as id,
      counted.entry_id
    from
      "runtime_outbox",
      counted
    where
      "runtime_outbox"."id" = counted.id
      and (
        "runtime_outbox"."published_at" is null
        or counted.entry_id <> coalesce("runtime_outbox"."entry_id", '')
      )
    order by
      "runtime_outbox"."id"
    for update of
      "runtime_outbox" skip locked
  ),
  marked as (
    update "runtime_outbox"
    set
      "published_at" = coalesce("runtime_outbox"."published_at", clock_timestamp()),
      "entry_id" = coalesce(waiting.entry_id, "runtime_outbox"."entry_id")
    from
      waiting
    where
      "runtime_outbox"."id" = waiting.id
  )
select
  count(*)::int as skipped
from
  "runtime_outbox",
  counted
where
  "runtime_outbox"."id" = counted.id
  and (
    "runtime_outbox"."published_at" is null
    or counted.entry_id <> coalesce("runtime_outbox"."entry_id", '')
  )
  and "runtime_outbox"."id" not in (
    select
      waiting.id
    from
      waiting
  )
