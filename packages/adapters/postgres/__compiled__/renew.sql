-- renew
--
-- Extends claims. A row for each that was renewed, with whether a later one has superseded the operation. A row that somebody else
-- holds is skipped: one row must not delay the renewals of all others.
--
-- Built in packages/adapters/postgres/src/operations/renew.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  claims text::json
-- $2  ttlMs  float8

with
  mine as (
    select
      "runtime_operation_log"."op_id",
      "runtime_operation_log"."game_id",
      "runtime_operation_log"."op",
      "runtime_operation_log"."ord",
      a.n
    from
      "runtime_operation_log"
      join json_to_recordset($1::text::json) as a (n int, op_id uuid, attempt int) on "runtime_operation_log"."op_id" = a.op_id
    where
      "runtime_operation_log"."attempt" = a.attempt
      and "runtime_operation_log"."status" = 'running'
      and "runtime_operation_log"."holder" is not null
    order by
      "runtime_operation_log"."op_id"
    for update of
      "runtime_operation_log" skip locked
  ),
  renewed as (
    update "runtime_operation_log"
    set
      "claim_expires_at" = clock_timestamp() + $2::float8 * interval '1 millisecond'
    from
      mine
    where
      "runtime_operation_log"."op_id" = mine.op_id
    returning
      mine.*
  )
select
  n,
  (
    "renewed".op in ('start', 'restart', 'patch', 'force_next_turn', 'turn')
    and exists (
      select
      from
        "runtime_operation_log" "later"
      where
        "later"."game_id" = "renewed".game_id
        and "later"."status" = 'queued'
        and "later"."ord" > "renewed".ord
        and case
          when (
            "later".valid
            and (
              (
                "renewed".op in ('start', 'restart', 'patch')
                and "later".op in ('stop', 'cleanup')
              )
              or (
                "renewed".op in ('force_next_turn', 'turn')
                and "later".op in ('stop', 'cleanup')
                and "later".force
              )
            )
          ) then true
          else false
        end
    )
  ) as superseded
from
  renewed
