-- prune operations
--
-- Walks over the ended operations in the order of their ends, from where the last call ended. So a row that stays, as the last one of
-- its game, is looked at once, and not again by every call; it goes together with the next one of its game. The record is looked for by
-- a SELECT and not by an EXISTS, which the planner could turn into a look at all records.
--
-- Built in packages/adapters/postgres/src/history/prune-operations.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  name   text
-- $2  holder text
-- $3  epoch  bigint
-- $4  keepMs float8
-- $5  limit  int
-- $6  keepMs float8
-- $7  keepMs float8

with
  lease as (
    select
      1 as held
    from
      "runtime_leases"
    where
      "runtime_leases"."name" = $1::text
      and "runtime_leases"."holder" = $2::text
      and "runtime_leases"."epoch" = $3::bigint
    for update
  ),
  place as (
    select
      coalesce(
        max(timestamptz 'epoch' + split_part("runtime_settings"."value", ' ', 1)::bigint * interval '1 microsecond'),
        '-infinity'
      ) as at,
      coalesce(max(split_part("runtime_settings"."value", ' ', 2)::bigint), 0) as ord
    from
      "runtime_settings"
    where
      "runtime_settings"."key" = 'history_place'
  ),
  visited as (
    select
      "runtime_operation_log"."op_id",
      "runtime_operation_log"."game_id",
      "runtime_operation_log"."ord",
      "runtime_operation_log"."finished_at"
    from
      "runtime_operation_log"
    where
      "runtime_operation_log"."finished_at" < statement_timestamp() - $4::float8 * interval '1 millisecond'
      and ("runtime_operation_log"."finished_at", "runtime_operation_log"."ord") > (
        (
          select
            at
          from
            place
        ),
        (
          select
            ord
          from
            place
        )
      )
      and exists (
        select
        from
          lease
      )
    order by
      "runtime_operation_log"."finished_at",
      "runtime_operation_log"."ord"
    limit
      $5::int
  ),
  chosen as (
    select
      op_id
    from
      visited v
    where
      exists (
        select
        from
          "runtime_operation_log" "later"
        where
          "later"."game_id" = v.game_id
          and "later"."ord" > v.ord
      )
      or (
        select
          1
        from
          "runtime_records"
        where
          "runtime_records"."game_id" = v.game_id
      ) is null
    union all
    select
      kept.op_id
    from
      (
        select
          game_id,
          min(ord) as ord
        from
          visited
        group by
          game_id
      ) v
      cross join lateral (
        select
          "earlier"."op_id" as op_id
        from
          "runtime_operation_log" "earlier"
        where
          "earlier"."game_id" = v.game_id
          and "earlier"."ord" < v.ord
        order by
          "earlier"."ord"
        limit
          10
      ) kept
  ),
  locked as (
    select
      "runtime_operation_log"."op_id"
    from
      "runtime_operation_log"
    where
      "runtime_operation_log"."op_id" in (
        select
          op_id
        from
          chosen
      )
      and "runtime_operation_log"."status" in ('succeeded', 'failed')
      and "runtime_operation_log"."finished_at" < statement_timestamp() - $6::float8 * interval '1 millisecond'
      and case
        when "runtime_operation_log"."stream" is null then true
        else split_part("runtime_operation_log"."entry_id", '-', 1)::numeric < extract(
          epoch
          from
            statement_timestamp() - $7::float8 * interval '1 millisecond'
        ) * 1000 + 3600000
        and exists (
          select
          from
            "runtime_stream_cursors"
          where
            "runtime_stream_cursors"."stream" = "runtime_operation_log"."stream"
        )
      end
    for update of
      "runtime_operation_log" skip locked
  ),
  deleted as (
    delete from "runtime_operation_log"
    where
      "runtime_operation_log"."op_id" in (
        select
          op_id
        from
          locked
      )
    returning
      "runtime_operation_log"."stream",
      "runtime_operation_log"."entry_id"
  ),
  last_deleted as (
    select distinct
      on (stream) stream,
      entry_id
    from
      deleted
    where
      stream is not null
    order by
      stream,
      (split_part(entry_id, '-', 1)::numeric, split_part(entry_id, '-', 2)::numeric) desc
  ),
  marked as (
    update "runtime_stream_cursors"
    set
      "pruned_up_to" = last_deleted.entry_id
    from
      last_deleted
    where
      "runtime_stream_cursors"."stream" = last_deleted.stream
      and (
        split_part("runtime_stream_cursors"."pruned_up_to", '-', 1)::numeric,
        split_part("runtime_stream_cursors"."pruned_up_to", '-', 2)::numeric
      ) < (split_part(last_deleted.entry_id, '-', 1)::numeric, split_part(last_deleted.entry_id, '-', 2)::numeric)
  ),
  moved as (
    insert into
      "runtime_settings" ("key", "value")
    select
      'history_place',
      (
        extract(
          epoch
          from
            finished_at
        ) * 1000000
      )::bigint || ' ' || ord
    from
      visited
    order by
      finished_at desc,
      ord desc
    limit
      1
    on conflict ("key") do update
    set
      "value" = excluded.value
  )
select
  exists (
    select
    from
      lease
  ) as held,
  (
    select
      count(*)::int
    from
      visited
  ) as looked,
  (
    select
      count(*)::int
    from
      deleted
  ) as deleted
