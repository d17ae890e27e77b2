-- get operation
--
-- One operation.
--
-- Built in packages/adapters/postgres/src/operations/postgres-operation-log.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  opId uuid

select
  "runtime_operation_log"."ord"::text as ord_text,
  "runtime_operation_log"."op_id"::text,
  "runtime_operation_log"."game_id",
  "runtime_operation_log"."op",
  "runtime_operation_log"."source",
  "runtime_operation_log"."source_ref",
  "runtime_operation_log"."status",
  "runtime_operation_log"."payload"::text,
  "runtime_operation_log"."requested_by",
  "runtime_operation_log"."requested_at_ms"::text,
  "runtime_operation_log"."reason",
  "runtime_operation_log"."status_before",
  "runtime_operation_log"."attempt",
  "runtime_operation_log"."failures",
  "runtime_operation_log"."step",
  "runtime_operation_log"."error_code",
  "runtime_operation_log"."error_message",
  "runtime_operation_log"."result_container_id",
  "runtime_operation_log"."result_engine_endpoint",
  "runtime_operation_log"."queued_at",
  "runtime_operation_log"."started_at",
  "runtime_operation_log"."finished_at"
from
  "runtime_operation_log"
where
  "runtime_operation_log"."op_id" = $1::uuid
