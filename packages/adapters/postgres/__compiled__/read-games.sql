-- read games
--
-- Every game whose record is neither removed nor stopped, a page of the stopped ones, and the ones that are named, each with its record
-- and whether an operation is open.
--
-- Built in packages/adapters/postgres/src/queue/postgres-reconcile-queue.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  after text
-- $2  limit int
-- $3  games text::json

with
  found as (
    select
      *
    from
      "runtime_records"
    where
      "runtime_records"."status" in ('starting', 'running', 'generation_in_progress', 'generation_failed', 'engine_unreachable', 'finished')
    union all
    (
      select
        *
      from
        "runtime_records"
      where
        "runtime_records"."status" = 'stopped'
        and "runtime_records"."game_id" > $1::text
      order by
        "runtime_records"."game_id"
      limit
        $2::int
    )
  )
select
  "runtime_records"."game_id",
  (
    exists (
      select
      from
        "runtime_operation_log"
      where
        "runtime_operation_log"."game_id" = "runtime_records"."game_id"
        and "runtime_operation_log"."status" = 'queued'
    )
    or exists (
      select
      from
        "runtime_operation_log"
      where
        "runtime_operation_log"."game_id" = "runtime_records"."game_id"
        and "runtime_operation_log"."status" = 'running'
    )
  ) as open,
  "runtime_records"."game_id" as "record_game_id",
  "runtime_records"."status" as "record_status",
  "runtime_records"."current_container_id" as "record_container_id",
  "runtime_records"."current_image_ref" as "record_image_ref",
  "runtime_records"."engine_endpoint" as "record_engine_endpoint",
  "runtime_records"."paused" as "record_paused",
  "runtime_records"."created_at" as "record_created_at",
  "runtime_records"."started_at" as "record_started_at",
  "runtime_records"."stopped_at" as "record_stopped_at",
  "runtime_records"."removed_at" as "record_removed_at",
  "runtime_records"."last_op_at" as "record_last_op_at",
  "runtime_records"."version"::float8 as "record_version",
  "runtime_records"."image_id" as "record_image_id",
  "runtime_records"."image_digest" as "record_image_digest",
  "runtime_records"."engine_version" as "record_engine_version",
  "runtime_records"."current_turn" as "record_current_turn",
  "runtime_records"."next_turn_at" as "record_next_turn_at",
  "runtime_records"."health" as "record_health",
  "runtime_records"."last_error" as "record_last_error"
from
  found "runtime_records"
union all
select
  g.game_id,
  (
    exists (
      select
      from
        "runtime_operation_log"
      where
        "runtime_operation_log"."game_id" = g.game_id
        and "runtime_operation_log"."status" = 'queued'
    )
    or exists (
      select
      from
        "runtime_operation_log"
      where
        "runtime_operation_log"."game_id" = g.game_id
        and "runtime_operation_log"."status" = 'running'
    )
  ) as open,
  "runtime_records"."game_id" as "record_game_id",
  "runtime_records"."status" as "record_status",
  "runtime_records"."current_container_id" as "record_container_id",
  "runtime_records"."current_image_ref" as "record_image_ref",
  "runtime_records"."engine_endpoint" as "record_engine_endpoint",
  "runtime_records"."paused" as "record_paused",
  "runtime_records"."created_at" as "record_created_at",
  "runtime_records"."started_at" as "record_started_at",
  "runtime_records"."stopped_at" as "record_stopped_at",
  "runtime_records"."removed_at" as "record_removed_at",
  "runtime_records"."last_op_at" as "record_last_op_at",
  "runtime_records"."version"::float8 as "record_version",
  "runtime_records"."image_id" as "record_image_id",
  "runtime_records"."image_digest" as "record_image_digest",
  "runtime_records"."engine_version" as "record_engine_version",
  "runtime_records"."current_turn" as "record_current_turn",
  "runtime_records"."next_turn_at" as "record_next_turn_at",
  "runtime_records"."health" as "record_health",
  "runtime_records"."last_error" as "record_last_error"
from
  (
    select distinct
      value as game_id
    from
      json_array_elements_text($3::text::json)
  ) g
  left join lateral (
    select
      *
    from
      "runtime_records"
    where
      "runtime_records"."game_id" = g.game_id
    limit
      1
  ) "runtime_records" on true
where
  g.game_id not in (
    select
      game_id
    from
      found
  )
