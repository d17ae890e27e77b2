-- release a claim
--
-- The row stays `running`, so that no other operation of the game begins before it.
--
-- Built in packages/adapters/postgres/src/operations/release-claim.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  delayMs       float8
-- $2  isFailure     boolean
-- $3  unavailableMs float8
-- $4  opId          uuid
-- $5  attempt       int

update "runtime_operation_log"
set
  "holder" = null,
  "claim_expires_at" = clock_timestamp() + $1::float8 * interval '1 millisecond',
  "credited_attempt" = case
    when $2::boolean then "runtime_operation_log"."credited_attempt"
    else "runtime_operation_log"."attempt"
  end,
  "unavailable_ms" = "runtime_operation_log"."unavailable_ms" + $3::float8
where
  "runtime_operation_log"."op_id" = $4::uuid
  and "runtime_operation_log"."attempt" = $5::int
  and "runtime_operation_log"."status" = 'running'
  and "runtime_operation_log"."holder" is not null
