-- enqueue
--
-- Queues requests whose name is new, and wakes all processes. Requests whose name is known don't wait for the door. A row per request: the
-- operation of its name, with `queued` when it is this one. A request has no operation when a hold stops it, when the row of
-- the door is missing, and when an operation of that name became visible only after this statement had begun.
--
-- Built in packages/adapters/postgres/src/queue/postgres-operation-queue.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  requests text::json
-- $2  requests text::json
-- $3  requests text::json
-- $4  requests text::json

with
  known as (
    select
      a.n,
      "runtime_operation_log"."op_id",
      "runtime_operation_log"."status",
      "runtime_operation_log"."request_hash"
    from
      rows
    from
      (
        json_to_recordset($1::text::json) as (
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
      join "runtime_operation_log" on "runtime_operation_log"."source" = a.source
      and "runtime_operation_log"."source_ref" = a.source_ref
      and "runtime_operation_log"."request_hash" is not null
  ),
  door as (
    select
      1 as open
    from
      "runtime_leases"
    where
      "runtime_leases"."name" = 'coordinator'
      and (
        select
          count(*)
        from
          known
      ) < json_array_length($2::text::json)
    for update
  ),
  open as (
    select
      1
    from
      door
    where
      not exists (
        select
        from
          "runtime_holds"
        where
          "runtime_holds"."reason" = 'restored'
      )
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
      open,
      rows
    from
      (
        json_to_recordset($3::text::json) as (
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
      a.n not in (
        select
          n
        from
          known
      )
    order by
      a.n
    on conflict ("source", "source_ref")
    where
      "runtime_operation_log"."request_hash" is not null do nothing
    returning
      "runtime_operation_log"."op_id"
  ),
  told as (
    select
      pg_notify ('runtime_operation_queued', '')
    where
      exists (
        select
        from
          queued
      )
  )
select
  coalesce(known.op_id, queued.op_id)::text as op_id,
  coalesce(known.status, 'queued') as status,
  known.request_hash as hash,
  queued.op_id is not null as queued,
  exists (
    select
    from
      "runtime_holds"
    where
      "runtime_holds"."reason" = 'restored'
  ) as held,
  exists (
    select
    from
      door
  ) as door,
  (
    select
      count(*)
    from
      told
  ) as told
from
  rows
from
  (
    json_to_recordset($4::text::json) as (
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
  left join known on known.n = a.n
  left join queued on queued.op_id = a.op_id
order by
  a.n
