-- look at claims
--
-- The claims that are neither lost nor ended, looked at without a lock.
--
-- Built in packages/adapters/postgres/src/operations/renew.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  claims text::json

select
  a.n
from
  "runtime_operation_log"
  join json_to_recordset($1::text::json) as a (n int, op_id uuid, attempt int) on "runtime_operation_log"."op_id" = a.op_id
where
  "runtime_operation_log"."attempt" = a.attempt
  and "runtime_operation_log"."status" = 'running'
  and "runtime_operation_log"."holder" is not null
