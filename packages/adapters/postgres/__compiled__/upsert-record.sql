-- upsert record
--
-- Stores a record, over the one that was there.
--
-- Built in packages/adapters/postgres/src/records/postgres-runtime-record-store.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  record text::json

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
    "last_op_at",
    "version",
    "image_id",
    "image_digest",
    "engine_version",
    "current_turn",
    "next_turn_at",
    "health",
    "last_error"
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
  m."record_last_op_at",
  1,
  m."record_image_id",
  m."record_image_digest",
  m."record_engine_version",
  m."record_current_turn",
  m."record_next_turn_at",
  m."record_health",
  m."record_last_error"
from
  json_to_record($1::text::json) as m (
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
    "record_version" bigint,
    "record_image_id" text,
    "record_image_digest" text,
    "record_engine_version" text,
    "record_current_turn" int,
    "record_next_turn_at" timestamptz,
    "record_health" text,
    "record_last_error" text
  )
on conflict ("game_id") do update
set
  "game_id" = excluded."game_id",
  "status" = excluded."status",
  "current_container_id" = excluded."current_container_id",
  "current_image_ref" = excluded."current_image_ref",
  "engine_endpoint" = excluded."engine_endpoint",
  "paused" = excluded."paused",
  "created_at" = excluded."created_at",
  "started_at" = excluded."started_at",
  "stopped_at" = excluded."stopped_at",
  "removed_at" = excluded."removed_at",
  "last_op_at" = excluded."last_op_at",
  "version" = "runtime_records"."version" + 1,
  "image_id" = excluded."image_id",
  "image_digest" = excluded."image_digest",
  "engine_version" = excluded."engine_version",
  "current_turn" = excluded."current_turn",
  "next_turn_at" = excluded."next_turn_at",
  "health" = excluded."health",
  "last_error" = excluded."last_error"
