-- close operations
--
-- Fails every operation that has not ended, while the database is held as restored. Nothing is published of them.
--
-- Built in packages/adapters/postgres/src/coordination/postgres-recovery.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  message text

with
  closed as (
    update "runtime_operation_log"
    set
      "status" = 'failed',
      "holder" = null,
      "claim_expires_at" = null,
      "raw" = null,
      "error_code" = 'internal_error',
      "error_message" = $1::text,
      "finished_at" = clock_timestamp()
    where
      "runtime_operation_log"."status" in ('queued', 'running')
      and exists (
        select
        from
          "runtime_holds"
        where
          "runtime_holds"."reason" = 'restored'
      )
    returning
      1
  )
select
  count(*)::int as closed
from
  closed
