-- inspect a finish
--
-- What became of a claim without a finish: no row when it is lost, otherwise the status and the messages that it has added.
--
-- Built in packages/adapters/postgres/src/operations/finish.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  opId    uuid
-- $2  attempt int

select
  "runtime_operation_log"."status" as op_status,
  "runtime_outbox"."id"::text as id,
  "runtime_outbox"."kind" as kind,
  "runtime_outbox"."lane" as lane,
  "runtime_outbox"."number"::text as number,
  "runtime_outbox"."payload"::text as payload,
  coalesce(
    (
      select
        "runtime_publishing"."epoch"
      from
        "runtime_publishing"
    ),
    0
  )::text as epoch
from
  "runtime_operation_log"
  left join "runtime_outbox" on "runtime_outbox"."kind" in ('job_result', 'dead_letter', 'job_outcome')
  and "runtime_outbox"."dedupe_key" = "runtime_operation_log"."op_id"::text
where
  "runtime_operation_log"."op_id" = $1::uuid
  and "runtime_operation_log"."attempt" = $2::int
  and (
    "runtime_operation_log"."status" <> 'running'
    or "runtime_operation_log"."holder" is not null
  )
order by
  "runtime_outbox"."id"
