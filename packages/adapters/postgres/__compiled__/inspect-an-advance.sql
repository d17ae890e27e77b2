-- inspect an advance
--
-- Why an advance did nothing: no row when the claim is lost, otherwise whether the very step is recorded, and the record.
--
-- Built in packages/adapters/postgres/src/operations/advance.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  asked text::json

select
  (
    "runtime_operation_log"."step_attempt" is not distinct from "runtime_operation_log"."attempt"
    and "runtime_operation_log"."step" = a.step
    and "runtime_operation_log"."step_data"::text = a.step_data::text
  ) as is_same,
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
  json_to_recordset($1::text::json) as a (op_id uuid, attempt int, step text, step_data json)
  join "runtime_operation_log" on "runtime_operation_log"."op_id" = a.op_id
  left join "runtime_records" on "runtime_records"."game_id" = "runtime_operation_log"."game_id"
where
  "runtime_operation_log"."attempt" = a.attempt
  and "runtime_operation_log"."status" = 'running'
  and "runtime_operation_log"."holder" is not null
