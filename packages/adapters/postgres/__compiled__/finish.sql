-- finish
--
-- Ends operations, and adds their messages to the outbox: named outcomes only when the keys of the job streams are given.
--
-- Built in packages/adapters/postgres/src/operations/finish.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  asked      text::json
-- $2  asked      text::json
-- $3  asked      text::json
-- $4  outcomesOf text::json
-- $5  outcomesOf text::json

with
  free_lanes as (
    select
      "runtime_lanes"."lane"
    from
      "runtime_lanes"
    where
      "runtime_lanes"."kind" in ('job_result', 'job_outcome', 'dead_letter')
      and "runtime_lanes"."lane" = any (
        array(
          select
            "runtime_operation_log"."game_id"
          from
            "runtime_operation_log"
            join json_to_recordset($1::text::json) as r (op_id uuid, change text) on "runtime_operation_log"."op_id" = r.op_id
          where
            true
        )
      )
    order by
      "runtime_lanes"."kind",
      "runtime_lanes"."lane"
    for no key update
      skip locked
  ),
  free_records as (
    select
      "runtime_records"."game_id"
    from
      "runtime_records"
    where
      "runtime_records"."game_id" = any (
        array(
          select
            "runtime_operation_log"."game_id"
          from
            "runtime_operation_log"
            join json_to_recordset($2::text::json) as r (op_id uuid, change text) on "runtime_operation_log"."op_id" = r.op_id
          where
            r.change <> 'keep'
        )
      )
    order by
      "runtime_records"."game_id"
    for no key update
      skip locked
  ),
  mine as (
    select
      "runtime_operation_log"."game_id",
      "runtime_operation_log"."source",
      "runtime_operation_log"."source_ref",
      "runtime_operation_log"."stream",
      a.*
    from
      "runtime_operation_log"
      join json_to_recordset($3::text::json) as a (
        op_id uuid,
        attempt int,
        change text,
        expected_status text,
        expected_container_id text,
        expected_version bigint,
        fields text[],
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
        "record_last_error" text,
        status text,
        error_code text,
        error_message text,
        container_id text,
        engine_endpoint text,
        result text,
        dead_letter text
      ) on "runtime_operation_log"."op_id" = a.op_id
    where
      "runtime_operation_log"."attempt" = a.attempt
      and "runtime_operation_log"."status" = 'running'
      and "runtime_operation_log"."holder" is not null
      and case
        when "runtime_operation_log"."op_id" = a.op_id then (
          a.change = 'keep'
          or (
            "runtime_operation_log"."game_id" = any (
              array(
                select
                  game_id
                from
                  free_records
              )
            )
            or (
              select
                1
              from
                "runtime_records"
              where
                "runtime_records"."game_id" = "runtime_operation_log"."game_id"
            ) is null
          )
        )
        and (
          select
            count(*)
          from
            "runtime_lanes"
          where
            "runtime_lanes"."kind" in ('job_result', 'job_outcome', 'dead_letter')
            and "runtime_lanes"."lane" = "runtime_operation_log"."game_id"
        ) = (
          select
            count(*)
          from
            free_lanes f
          where
            f.lane = "runtime_operation_log"."game_id"
        )
        else false
      end
    order by
      "runtime_operation_log"."op_id"
    for update of
      "runtime_operation_log" skip locked
  ),
  updated as (
    update "runtime_records"
    set
      "status" = case
        when 'status' = any (m.fields) then m."record_status"
        else "runtime_records"."status"
      end,
      "current_container_id" = case
        when 'currentContainerId' = any (m.fields) then m."record_container_id"
        else "runtime_records"."current_container_id"
      end,
      "current_image_ref" = case
        when 'currentImageRef' = any (m.fields) then m."record_image_ref"
        else "runtime_records"."current_image_ref"
      end,
      "engine_endpoint" = case
        when 'engineEndpoint' = any (m.fields) then m."record_engine_endpoint"
        else "runtime_records"."engine_endpoint"
      end,
      "paused" = case
        when 'paused' = any (m.fields) then m."record_paused"
        else "runtime_records"."paused"
      end,
      "started_at" = case
        when 'startedAt' = any (m.fields) then m."record_started_at"
        else "runtime_records"."started_at"
      end,
      "stopped_at" = case
        when 'stoppedAt' = any (m.fields) then m."record_stopped_at"
        else "runtime_records"."stopped_at"
      end,
      "removed_at" = case
        when 'removedAt' = any (m.fields) then m."record_removed_at"
        else "runtime_records"."removed_at"
      end,
      "last_op_at" = case
        when 'lastOpAt' = any (m.fields) then m."record_last_op_at"
        else "runtime_records"."last_op_at"
      end,
      "image_id" = case
        when 'imageId' = any (m.fields) then m."record_image_id"
        else "runtime_records"."image_id"
      end,
      "image_digest" = case
        when 'imageDigest' = any (m.fields) then m."record_image_digest"
        else "runtime_records"."image_digest"
      end,
      "engine_version" = case
        when 'engineVersion' = any (m.fields) then m."record_engine_version"
        else "runtime_records"."engine_version"
      end,
      "current_turn" = case
        when 'currentTurn' = any (m.fields) then m."record_current_turn"
        else "runtime_records"."current_turn"
      end,
      "next_turn_at" = case
        when 'nextTurnAt' = any (m.fields) then m."record_next_turn_at"
        else "runtime_records"."next_turn_at"
      end,
      "health" = case
        when 'health' = any (m.fields) then m."record_health"
        else "runtime_records"."health"
      end,
      "last_error" = case
        when 'lastError' = any (m.fields) then m."record_last_error"
        else "runtime_records"."last_error"
      end,
      "version" = "runtime_records"."version" + case
        when cardinality(m.fields) > 0 then 1
        else 0
      end
    from
      mine m
    where
      m.change = 'patch'
      and not false
      and "runtime_records"."game_id" = m.game_id
      and "runtime_records"."status" = m.expected_status
      and "runtime_records"."current_container_id" is not distinct from m.expected_container_id
      and (
        m.expected_version is null
        or "runtime_records"."version" = m.expected_version
      )
    returning
      m.op_id
  ),
  inserted as (
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
      m."record_version",
      m."record_image_id",
      m."record_image_digest",
      m."record_engine_version",
      m."record_current_turn",
      m."record_next_turn_at",
      m."record_health",
      m."record_last_error"
    from
      mine m
    where
      m.change = 'insert'
      and m.game_id = m.record_game_id
    on conflict ("game_id") do nothing
    returning
      "runtime_records"."game_id"
  ),
  passed as (
    select
      m.*
    from
      mine m
    where
      (
        m.change = 'keep'
        and not false
      )
      or m.op_id in (
        select
          op_id
        from
          updated
      )
      or m.game_id in (
        select
          game_id
        from
          inserted
      )
  ),
  messages as (
    select
      'job_result' as kind,
      m.game_id as lane,
      m.op_id::text as dedupe_key,
      m.result::json as payload,
      1 as n
    from
      passed m
    where
      m.source = 'lobby'
    union all
    select
      'dead_letter',
      m.game_id,
      m.op_id::text,
      m.dead_letter::json,
      3
    from
      passed m
    where
      m.dead_letter is not null
      and not exists (
        select
        from
          "runtime_outbox"
        where
          "runtime_outbox"."kind" = 'dead_letter'
          and "runtime_outbox"."dedupe_key" = m.op_id::text
      )
    union all
    select
      'job_outcome',
      m.game_id,
      m.op_id::text,
      json_build_object(
        'result',
        m.result::json,
        'jobStream',
        coalesce($4::text::json ->> m.stream, ''),
        'jobEntryId',
        m.source_ref,
        'opId',
        m.op_id::text
      ),
      2
    from
      passed m
    where
      $5::text::json is not null
      and m.source in ('lobby', 'admin')
  ),
  lanes as (
    insert into
      "runtime_lanes" ("kind", "lane", "last_number")
    select
      m.kind,
      m.lane,
      count(*)
    from
      messages m
    group by
      m.kind,
      m.lane
    order by
      m.kind,
      m.lane
    on conflict ("kind", "lane") do update
    set
      "last_number" = "runtime_lanes"."last_number" + excluded.last_number
    returning
      "runtime_lanes"."kind",
      "runtime_lanes"."lane",
      "runtime_lanes"."last_number"
  ),
  added as (
    insert into
      "runtime_outbox" ("kind", "lane", "number", "numbered", "dedupe_key", "payload")
    select
      m.kind,
      m.lane,
      l.last_number - count(*) over of_lane + row_number() over (
        of_lane
        order by
          m.n
      ),
      true,
      m.dedupe_key,
      case m.kind
        when 'job_outcome' then json_build_object(
          'outcome',
          m.payload,
          'number',
          (
            select
              result.last_number::text
            from
              lanes result
            where
              result.kind = 'job_result'
              and result.lane = m.lane
          )
        )
        else m.payload
      end
    from
      messages m
      join lanes l on l.kind = m.kind
      and l.lane = m.lane
    window
      of_lane as (
        partition by
          m.kind,
          m.lane
      )
    order by
      m.n
    returning
      "id",
      "kind",
      "lane",
      "number",
      "payload",
      "dedupe_key"
  ),
  ended as (
    update "runtime_operation_log"
    set
      "status" = m.status,
      "holder" = null,
      "claim_expires_at" = null,
      "raw" = null,
      "error_code" = m.error_code,
      "error_message" = m.error_message,
      "result_container_id" = m.container_id,
      "result_engine_endpoint" = m.engine_endpoint,
      "finished_at" = clock_timestamp()
    from
      passed m
    where
      "runtime_operation_log"."op_id" = m.op_id
    returning
      "runtime_operation_log"."op_id"
  )
select
  op_id::text,
  'ended' as what,
  null as id,
  null as kind,
  null as lane,
  null as number,
  null as payload,
  null as epoch
from
  ended
union all
select
  dedupe_key,
  'added',
  id::text,
  kind,
  lane,
  number::text,
  payload::text,
  coalesce(
    (
      select
        "runtime_publishing"."epoch"
      from
        "runtime_publishing"
    ),
    0
  )::text
from
  added
union all
select
  op_id::text,
  'stale',
  null,
  null,
  null,
  null,
  null,
  null
from
  mine
where
  op_id not in (
    select
      op_id
    from
      ended
  )
