-- claim
--
-- Claims operations: expired claims first, then the first queued operation of each game for which nothing runs. Starts
-- and all others have limits of their own. Returns each operation with the record of its game.
--
-- Built in packages/adapters/postgres/src/operations/claim.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  inFlight text::json
-- $2  takeOver boolean
-- $3  starts   int
-- $4  takeOver boolean
-- $5  others   int
-- $6  starts   int
-- $7  others   int
-- $8  holder   text
-- $9  ttlMs    float8

with
  in_flight as (
    select
      value::uuid as op_id
    from
      json_array_elements_text($1::text::json)
  ),
  busy as (
    select
      "runtime_operation_log"."game_id"
    from
      "runtime_operation_log"
    where
      "runtime_operation_log"."status" = 'running'
  ),
  start_take_overs as (
    select
      "expired"."op_id" as op_id
    from
      "runtime_operation_log" "expired"
    where
      "expired"."status" = 'running'
      and "expired"."claim_expires_at" <= clock_timestamp()
      and "expired"."op" = 'start'
      and not exists (
        select
        from
          "runtime_holds"
        where
          "runtime_holds"."reason" = 'restored'
      )
      and (
        "expired"."holder" is null
        or $2::boolean
      )
      and "expired"."op_id" <> all (
        array(
          select
            op_id
          from
            in_flight
        )
      )
    order by
      "expired"."ord"
    limit
      $3::int
    for update
      skip locked
  ),
  other_take_overs as (
    select
      "expired"."op_id" as op_id
    from
      "runtime_operation_log" "expired"
    where
      "expired"."status" = 'running'
      and "expired"."claim_expires_at" <= clock_timestamp()
      and "expired"."op" <> 'start'
      and not exists (
        select
        from
          "runtime_holds"
        where
          "runtime_holds"."reason" = 'restored'
      )
      and (
        "expired"."holder" is null
        or $4::boolean
      )
      and "expired"."op_id" <> all (
        array(
          select
            op_id
          from
            in_flight
        )
      )
    order by
      "expired"."ord"
    limit
      $5::int
    for update
      skip locked
  ),
  start_heads as (
    select
      "head"."op_id" as op_id
    from
      "runtime_operation_log" "head"
    where
      "head"."status" = 'queued'
      and "head"."op" = 'start'
      and not exists (
        select
        from
          "runtime_holds"
        where
          "runtime_holds"."reason" = 'restored'
      )
      and case
        when "head"."game_id" in (
          select
            game_id
          from
            busy
        ) then false
        else (
          select
            min("earlier"."ord")
          from
            "runtime_operation_log" "earlier"
          where
            "earlier"."game_id" = "head"."game_id"
            and "earlier"."status" = 'queued'
        ) = "head"."ord"
      end
    order by
      "head"."ord"
    limit
      greatest(
        $6::int - (
          select
            count(*)
          from
            start_take_overs
        ),
        0
      )
    for update of
      "head" skip locked
  ),
  other_heads as (
    select
      "head"."op_id" as op_id
    from
      "runtime_operation_log" "head"
    where
      "head"."status" = 'queued'
      and "head"."op" <> 'start'
      and not exists (
        select
        from
          "runtime_holds"
        where
          "runtime_holds"."reason" = 'restored'
      )
      and case
        when "head"."game_id" in (
          select
            game_id
          from
            busy
        ) then false
        else (
          select
            min("earlier"."ord")
          from
            "runtime_operation_log" "earlier"
          where
            "earlier"."game_id" = "head"."game_id"
            and "earlier"."status" = 'queued'
        ) = "head"."ord"
      end
    order by
      "head"."ord"
    limit
      greatest(
        $7::int - (
          select
            count(*)
          from
            other_take_overs
        ),
        0
      )
    for update of
      "head" skip locked
  ),
  claimed as (
    update "runtime_operation_log"
    set
      "status" = 'running',
      "attempt" = "runtime_operation_log"."attempt" + 1,
      "failures" = "runtime_operation_log"."failures" + case
        when "runtime_operation_log"."attempt" > "runtime_operation_log"."credited_attempt" then 1
        else 0
      end,
      "holder" = $8::text,
      "claim_expires_at" = clock_timestamp() + $9::float8 * interval '1 millisecond',
      "status_before" = case
        when "runtime_operation_log"."started_at" is not null then "runtime_operation_log"."status_before"
        else (
          select
            "runtime_records"."status"
          from
            "runtime_records"
          where
            "runtime_records"."game_id" = "runtime_operation_log"."game_id"
        )
      end,
      "started_at" = coalesce("runtime_operation_log"."started_at", clock_timestamp())
    where
      "runtime_operation_log"."op_id" = any (
        array(
          select
            op_id
          from
            start_take_overs
          union all
          select
            op_id
          from
            other_take_overs
          union all
          select
            op_id
          from
            start_heads
          union all
          select
            op_id
          from
            other_heads
        )
      )
    returning
      "runtime_operation_log".*
  )
select
  c.op_id::text,
  c.ord::text as ord_text,
  c.game_id,
  c.source,
  c.source_ref,
  c.op,
  c.stream,
  c.entry_id,
  c.raw,
  c.payload::text,
  c.attempt,
  c.failures,
  c.unavailable_ms::float8,
  c.step,
  c.former::text as previous,
  c.container_id,
  (
    "c".op = 'start'
    and exists (
      select
      from
        "runtime_operation_log" "stop"
      where
        "stop"."game_id" = "c".game_id
        and "stop"."status" = 'queued'
        and "stop"."ord" > "c".ord
        and case
          when "stop"."op" = 'stop' then "stop"."valid"
          else false
        end
    )
  ) as superseded,
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
  claimed c
  left join lateral (
    select
      *
    from
      "runtime_records"
    where
      "runtime_records"."game_id" = c.game_id
    limit
      1
  ) "runtime_records" on true
order by
  c.ord
