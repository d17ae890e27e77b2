-- prune records
--
-- A SELECT and not an EXISTS: the planner could turn that into a look at the whole log.
-- The operations of a game that are passed are at most one or two, so that no call deletes very many. A job that is ingested while
-- this statement runs finds no record instead of a `removed` one; its first write decides again.
--
-- Built in packages/adapters/postgres/src/history/prune-records.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  name   text
-- $2  holder text
-- $3  epoch  bigint
-- $4  keepMs float8
-- $5  keepMs float8
-- $6  limit  int
-- $7  keepMs float8
-- $8  keepMs float8

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
  old as (
    select
      "runtime_records"."game_id"
    from
      "runtime_records"
    where
      "runtime_records"."status" = 'removed'
      and coalesce("runtime_records"."removed_at", "runtime_records"."created_at") < statement_timestamp() - $4::float8 * interval '1 millisecond'
      and "runtime_records"."last_op_at" < statement_timestamp() - $5::float8 * interval '1 millisecond'
      and exists (
        select
        from
          lease
      )
      and (
        select
          1
        from
          "runtime_operation_log"
        where
          "runtime_operation_log"."game_id" = "runtime_records"."game_id"
          and (
            "runtime_operation_log"."finished_at" is null
            or ("runtime_operation_log"."finished_at", "runtime_operation_log"."ord") > (
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
          )
        limit
          1
      ) is null
    order by
      coalesce("runtime_records"."removed_at", "runtime_records"."created_at")
    limit
      $6::int
    for update of
      "runtime_records" skip locked
  ),
  gone as (
    delete from "runtime_records"
    where
      "runtime_records"."game_id" in (
        select
          game_id
        from
          old
      )
      and "runtime_records"."status" = 'removed'
    returning
      "runtime_records"."game_id"
  ),
  chosen as (
    select
      "runtime_operation_log"."op_id"
    from
      gone
      join "runtime_operation_log" on "runtime_operation_log"."game_id" = gone.game_id
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
      and "runtime_operation_log"."finished_at" < statement_timestamp() - $7::float8 * interval '1 millisecond'
      and case
        when "runtime_operation_log"."stream" is null then true
        else split_part("runtime_operation_log"."entry_id", '-', 1)::numeric < extract(
          epoch
          from
            statement_timestamp() - $8::float8 * interval '1 millisecond'
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
      old
  ) as looked,
  (
    select
      count(*)::int
    from
      gone
  ) as deleted
