-- release a claim
--
-- The row stays `running`, so that no other operation of the game begins before it. One row tells whether the claim was there, and
-- whether it was released: it is not while somebody else holds its row.
--
-- Built in packages/adapters/postgres/src/operations/release-claim.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  opId          uuid
-- $2  attempt       int
-- $3  delayMs       float8
-- $4  isFailure     boolean
-- $5  unavailableMs float8
-- $6  opId          uuid
-- $7  attempt       int

with
  mine as (
    select
      "runtime_operation_log"."op_id"
    from
      "runtime_operation_log"
    where
      "runtime_operation_log"."op_id" = $1::uuid
      and "runtime_operation_log"."attempt" = $2::int
      and "runtime_operation_log"."status" = 'running'
      and "runtime_operation_log"."holder" is not null
    for update
      skip locked
  ),
  released as (
    update "runtime_operation_log"
    set
      "holder" = null,
      "claim_expires_at" = clock_timestamp() + $3::float8 * interval '1 millisecond',
      "credited_attempt" = case
        when $4::boolean then "runtime_operation_log"."credited_attempt"
        else "runtime_operation_log"."attempt"
      end,
      "unavailable_ms" = "runtime_operation_log"."unavailable_ms" + $5::float8
    where
      "runtime_operation_log"."op_id" in (
        select
          op_id
        from
          mine
      )
    returning
      1
  )
select
  exists (
    select
    from
      released
  ) as released,
  exists (
    select
    from
      "runtime_operation_log"
    where
      "runtime_operation_log"."op_id" = $6::uuid
      and "runtime_operation_log"."attempt" = $7::int
      and "runtime_operation_log"."status" = 'running'
      and "runtime_operation_log"."holder" is not null
  ) as mine
