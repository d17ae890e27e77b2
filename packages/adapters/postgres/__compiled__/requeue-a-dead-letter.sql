-- requeue a dead letter
--
-- Queues the job of an open dead letter by the door, and records the decision: both or neither.
--
-- Built in packages/adapters/postgres/src/queue/postgres-dead-letter-box.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  id         bigint
-- $2  operations text::json

with
  door as (
    select
      1 as open
    from
      "runtime_leases"
    where
      "runtime_leases"."name" = 'coordinator'
      and true
    for update
  ),
  resolved as (
    update "runtime_outbox"
    set
      "resolution" = 'requeued'
    from
      door
    where
      "runtime_outbox"."id" = $1::bigint
      and "runtime_outbox"."kind" = 'dead_letter'
      and "runtime_outbox"."resolution" is null
      and not exists (
        select
        from
          "runtime_holds"
        where
          "runtime_holds"."reason" = 'restored'
      )
    returning
      1
  ),
  queued as (
    insert into
      "runtime_operation_log" (
        "op_id",
        "game_id",
        "op",
        "class",
        "source",
        "source_ref",
        "status",
        "stream",
        "entry_id",
        "payload_hash",
        "valid",
        "payload",
        "request_hash",
        "requested_by",
        "requested_at_ms",
        "reason",
        "raw"
      )
    select
      a.op_id,
      a.game_id,
      a.op,
      a.class,
      a.source,
      a.source_ref,
      'queued',
      a.stream,
      a.entry_id,
      a.payload_hash,
      a.valid,
      a.payload::json,
      a.request_hash,
      a.requested_by,
      a.requested_at_ms,
      a.reason,
      a.raw
    from
      resolved,
      rows
    from
      (
        json_to_recordset($2::text::json) as (
          op_id uuid,
          game_id text,
          op text,
          class text,
          source text,
          source_ref text,
          valid boolean,
          payload text,
          requested_by text,
          requested_at_ms bigint,
          reason text,
          stream text,
          entry_id text,
          payload_hash text,
          raw text,
          request_hash text
        )
      ) with ordinality as a (
        op_id,
        game_id,
        op,
        class,
        source,
        source_ref,
        valid,
        payload,
        requested_by,
        requested_at_ms,
        reason,
        stream,
        entry_id,
        payload_hash,
        raw,
        request_hash,
        n
      )
    where
      true
    order by
      a.n
    returning
      1
  )
select
  exists (
    select
    from
      door
  ) as door,
  exists (
    select
    from
      queued
  ) as queued
