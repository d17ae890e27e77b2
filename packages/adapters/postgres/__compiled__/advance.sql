-- advance
--
-- An attempt is credited (not counted as a failure) only for a step that the operation had never reached. An attempt that only
-- repeats earlier steps and crashes again must count as a failure.
--
-- Built in packages/adapters/postgres/src/operations/advance.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  asked text::json

with
  mine as (
    select
      "runtime_operation_log"."game_id",
      (
        "runtime_operation_log"."step_attempt" is not distinct from "runtime_operation_log"."attempt"
        and "runtime_operation_log"."step" = a.step
        and "runtime_operation_log"."step_data"::text = a.step_data::text
      ) as is_same,
      a.*
    from
      "runtime_operation_log"
      join json_to_recordset($1::text::json) as a (
        op_id uuid,
        attempt int,
        change text,
        expected_status text,
        expected_container_id text,
        "record_game_id" text,
        "record_status" text,
        "record_container_id" text,
        "record_image_ref" text,
        "record_engine_endpoint" text,
        "record_paused" boolean,
        "record_created_at" timestamptz,
        "record_started_at" timestamptz,
        "record_stopped_at" timestamptz,
        "record_removed_at" timestamptz,
        "record_last_op_at" timestamptz,
        step text,
        step_number smallint,
        step_version smallint,
        step_data json,
        previous json,
        container_id text
      ) on "runtime_operation_log"."op_id" = a.op_id
    where
      "runtime_operation_log"."attempt" = a.attempt
      and "runtime_operation_log"."status" = 'running'
      and "runtime_operation_log"."holder" is not null
    order by
      "runtime_operation_log"."op_id"
    for update of
      "runtime_operation_log"
  ),
  updated as (
    update "runtime_records"
    set
      "game_id" = m."record_game_id",
      "status" = m."record_status",
      "current_container_id" = m."record_container_id",
      "current_image_ref" = m."record_image_ref",
      "engine_endpoint" = m."record_engine_endpoint",
      "paused" = m."record_paused",
      "created_at" = m."record_created_at",
      "started_at" = m."record_started_at",
      "stopped_at" = m."record_stopped_at",
      "removed_at" = m."record_removed_at",
      "last_op_at" = m."record_last_op_at"
    from
      mine m
    where
      m.change = 'update'
      and "runtime_records"."game_id" = m.game_id
      and "runtime_records"."game_id" = m.record_game_id
      and "runtime_records"."status" = m.expected_status
      and "runtime_records"."current_container_id" is not distinct from m.expected_container_id
    returning
      m.op_id
  ),
  inserted as (
    insert into
      "runtime_records" (
        "game_id",
        "status",
        "current_container_id",
        "current_image_ref",
        "engine_endpoint",
        "paused",
        "created_at",
        "started_at",
        "stopped_at",
        "removed_at",
        "last_op_at"
      )
    select
      m."record_game_id",
      m."record_status",
      m."record_container_id",
      m."record_image_ref",
      m."record_engine_endpoint",
      m."record_paused",
      m."record_created_at",
      m."record_started_at",
      m."record_stopped_at",
      m."record_removed_at",
      m."record_last_op_at"
    from
      mine m
    where
      m.change = 'insert'
      and m.game_id = m.record_game_id
    on conflict ("game_id") do nothing
    returning
      "runtime_records"."game_id"
  ),
  passed as (
    select
      m.*
    from
      mine m
    where
      (
        m.change = 'keep'
        and not m.is_same
      )
      or m.op_id in (
        select
          op_id
        from
          updated
      )
      or m.game_id in (
        select
          game_id
        from
          inserted
      )
  )
update "runtime_operation_log"
set
  "step" = m.step,
  "step_attempt" = "runtime_operation_log"."attempt",
  "step_data" = m.step_data,
  "step_version" = m.step_version,
  "former" = m.previous,
  "container_id" = m.container_id,
  "credited_attempt" = case
    when m.step_number > "runtime_operation_log"."furthest_step" then "runtime_operation_log"."attempt"
    else "runtime_operation_log"."credited_attempt"
  end,
  "furthest_step" = greatest(m.step_number, "runtime_operation_log"."furthest_step")
from
  passed m
where
  "runtime_operation_log"."op_id" = m.op_id
returning
  1
