-- claim
--
-- Claims operations: expired claims first, then the first queued operation of each game for which nothing runs. Each class has a limit
-- of its own. Returns each operation with the record of its game.
--
-- Built in packages/adapters/postgres/src/operations/claim.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  inFlight text::json
-- $2  known    text::json
-- $3  takeOver boolean
-- $4  starts   int
-- $5  takeOver boolean
-- $6  turns    int
-- $7  takeOver boolean
-- $8  others   int
-- $9  starts   int
-- $10 turns    int
-- $11 others   int
-- $12 holder   text
-- $13 ttlMs    float8

with
  in_flight as (
    select
      value::uuid as op_id
    from
      json_array_elements_text($1::text::json)
  ),
  known as (
    select
      *
    from
      json_to_recordset($2::text::json) as k (op text, payload_version int, step_version int, steps json)
  ),
  running as materialized (
    select
      "runtime_operation_log"."op_id",
      "runtime_operation_log"."game_id",
      "runtime_operation_log"."claim_expires_at" <= clock_timestamp() as is_expired
    from
      "runtime_operation_log"
    where
      "runtime_operation_log"."status" = 'running'
  ),
  busy as (
    select
      game_id
    from
      running
  ),
  start_take_overs as (
    select
      "expired"."op_id" as op_id
    from
      "runtime_operation_log" "expired"
    where
      "expired"."op_id" = any (
        array(
          select
            op_id
          from
            running
          where
            is_expired
        )
      )
      and case
        when "expired"."op_id" is not null then "expired"."status" = 'running'
        else false
      end
      and "expired"."claim_expires_at" <= clock_timestamp()
      and "expired"."class" = 'start'
      and not exists (
        select
        from
          "runtime_holds"
        where
          "runtime_holds"."reason" = 'restored'
      )
      and (
        "expired"."holder" is null
        or $3::boolean
      )
      and "expired"."op_id" <> all (
        array(
          select
            op_id
          from
            in_flight
        )
      )
      and exists (
        select
        from
          known k
        where
          k.op = "expired"."op"
          and "expired"."payload_version" <= k.payload_version
          and (
            "expired"."step" is null
            or "expired"."step_version" <= k.step_version
            and "expired"."step" in (
              select
                json_array_elements_text(k.steps)
            )
          )
      )
    order by
      "expired"."ord"
    limit
      $4::int
    for update
      skip locked
  ),
  turn_take_overs as (
    select
      "expired"."op_id" as op_id
    from
      "runtime_operation_log" "expired"
    where
      "expired"."op_id" = any (
        array(
          select
            op_id
          from
            running
          where
            is_expired
        )
      )
      and case
        when "expired"."op_id" is not null then "expired"."status" = 'running'
        else false
      end
      and "expired"."claim_expires_at" <= clock_timestamp()
      and "expired"."class" = 'turn'
      and not exists (
        select
        from
          "runtime_holds"
        where
          "runtime_holds"."reason" = 'restored'
      )
      and (
        "expired"."holder" is null
        or $5::boolean
      )
      and "expired"."op_id" <> all (
        array(
          select
            op_id
          from
            in_flight
        )
      )
      and exists (
        select
        from
          known k
        where
          k.op = "expired"."op"
          and "expired"."payload_version" <= k.payload_version
          and (
            "expired"."step" is null
            or "expired"."step_version" <= k.step_version
            and "expired"."step" in (
              select
                json_array_elements_text(k.steps)
            )
          )
      )
    order by
      "expired"."ord"
    limit
      $6::int
    for update
      skip locked
  ),
  other_take_overs as (
    select
      "expired"."op_id" as op_id
    from
      "runtime_operation_log" "expired"
    where
      "expired"."op_id" = any (
        array(
          select
            op_id
          from
            running
          where
            is_expired
        )
      )
      and case
        when "expired"."op_id" is not null then "expired"."status" = 'running'
        else false
      end
      and "expired"."claim_expires_at" <= clock_timestamp()
      and "expired"."class" = 'other'
      and not exists (
        select
        from
          "runtime_holds"
        where
          "runtime_holds"."reason" = 'restored'
      )
      and (
        "expired"."holder" is null
        or $7::boolean
      )
      and "expired"."op_id" <> all (
        array(
          select
            op_id
          from
            in_flight
        )
      )
      and exists (
        select
        from
          known k
        where
          k.op = "expired"."op"
          and "expired"."payload_version" <= k.payload_version
          and (
            "expired"."step" is null
            or "expired"."step_version" <= k.step_version
            and "expired"."step" in (
              select
                json_array_elements_text(k.steps)
            )
          )
      )
    order by
      "expired"."ord"
    limit
      $8::int
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
      and "head"."class" = 'start'
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
        when (
          select
            min("earlier"."ord")
          from
            "runtime_operation_log" "earlier"
          where
            "earlier"."game_id" = "head"."game_id"
            and "earlier"."status" = 'queued'
        ) <> "head"."ord" then false
        else exists (
          select
          from
            known k
          where
            k.op = "head"."op"
            and "head"."payload_version" <= k.payload_version
        )
      end
    order by
      "head"."ord"
    limit
      greatest(
        $9::int - (
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
  turn_heads as (
    select
      "head"."op_id" as op_id
    from
      "runtime_operation_log" "head"
    where
      "head"."status" = 'queued'
      and "head"."class" = 'turn'
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
        when (
          select
            min("earlier"."ord")
          from
            "runtime_operation_log" "earlier"
          where
            "earlier"."game_id" = "head"."game_id"
            and "earlier"."status" = 'queued'
        ) <> "head"."ord" then false
        else exists (
          select
          from
            known k
          where
            k.op = "head"."op"
            and "head"."payload_version" <= k.payload_version
        )
      end
    order by
      "head"."ord"
    limit
      greatest(
        $10::int - (
          select
            count(*)
          from
            turn_take_overs
        ),
        0
      )
    for update of
      "head" skip locked
  ),
  other_heads as (
    select
      "oldest"."op_id" as op_id,
      "oldest"."ord" <> "head"."ord" as ends_early
    from
      "runtime_operation_log" "head"
      cross join lateral (
        select
          *
        from
          "runtime_operation_log" "oldest"
        where
          "oldest"."game_id" = "head"."game_id"
          and "oldest"."status" = 'queued'
        order by
          "oldest"."ord"
        limit
          1
      ) "oldest"
    where
      "head"."status" = 'queued'
      and "head"."class" = 'other'
      and not exists (
        select
        from
          "runtime_holds"
        where
          "runtime_holds"."reason" = 'restored'
      )
      and "head"."game_id" not in (
        select
          game_id
        from
          busy
      )
      and case
        when "oldest"."ord" = "head"."ord" then exists (
          select
          from
            known k
          where
            k.op = "oldest"."op"
            and "oldest"."payload_version" <= k.payload_version
        )
        when "oldest"."class" = 'other' then false
        else (
          "head".valid
          and (
            (
              "oldest".op in ('start', 'restart', 'patch')
              and "head".op in ('stop', 'cleanup')
            )
            or (
              "oldest".op in ('force_next_turn', 'turn')
              and "head".op in ('stop', 'cleanup')
              and "head".force
            )
          )
        )
        and not exists (
          select
          from
            "runtime_operation_log" "sooner"
          where
            "sooner"."game_id" = "head".game_id
            and "sooner"."status" = 'queued'
            and "sooner"."ord" > "oldest".ord
            and "sooner"."ord" < "head".ord
            and case
              when (
                "sooner".valid
                and (
                  (
                    "oldest".op in ('start', 'restart', 'patch')
                    and "sooner".op in ('stop', 'cleanup')
                  )
                  or (
                    "oldest".op in ('force_next_turn', 'turn')
                    and "sooner".op in ('stop', 'cleanup')
                    and "sooner".force
                  )
                )
              ) then true
              else false
            end
        )
        and exists (
          select
          from
            known k
          where
            k.op = "oldest"."op"
            and "oldest"."payload_version" <= k.payload_version
        )
      end
    order by
      "head"."ord"
    limit
      greatest(
        $11::int - (
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
  early as (
    select
      "runtime_operation_log"."op_id" as op_id
    from
      "runtime_operation_log"
    where
      "runtime_operation_log"."op_id" = any (
        array(
          select
            op_id
          from
            other_heads
          where
            ends_early
        )
      )
      and case
        when "runtime_operation_log"."op_id" is not null then "runtime_operation_log"."status" = 'queued'
        else false
      end
    for update
      skip locked
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
      "holder" = $12::text,
      "claim_expires_at" = clock_timestamp() + $13::float8 * interval '1 millisecond',
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
            turn_take_overs
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
            turn_heads
          union all
          select
            op_id
          from
            other_heads
          where
            not ends_early
          union all
          select
            op_id
          from
            early
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
  c.step_attempt,
  c.step_data::text,
  c.former::text as previous,
  c.container_id,
  case
    when c.op_id in (
      select
        op_id
      from
        early
    ) then 'other'
    else c.class
  end as place,
  (
    "c".op in ('start', 'restart', 'patch', 'force_next_turn', 'turn')
    and exists (
      select
      from
        "runtime_operation_log" "later"
      where
        "later"."game_id" = "c".game_id
        and "later"."status" = 'queued'
        and "later"."ord" > "c".ord
        and case
          when (
            "later".valid
            and (
              (
                "c".op in ('start', 'restart', 'patch')
                and "later".op in ('stop', 'cleanup')
              )
              or (
                "c".op in ('force_next_turn', 'turn')
                and "later".op in ('stop', 'cleanup')
                and "later".force
              )
            )
          ) then true
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
