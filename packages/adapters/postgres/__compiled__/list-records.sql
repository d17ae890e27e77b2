-- list records
--
-- Every record.
--
-- Built in packages/adapters/postgres/src/records/postgres-runtime-record-store.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.

select
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
  "runtime_records"
