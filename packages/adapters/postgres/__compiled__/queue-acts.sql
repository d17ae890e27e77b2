-- queue acts
--
-- Open operations are read as of the statement's beginning. A job that is ingested meanwhile does no harm: operations keep the order
-- of `ord`, and the process that carries out an act decides again. A second act of the same game violates the unique index.
--
-- Built in packages/adapters/postgres/src/queue/postgres-reconcile-queue.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  name   text
-- $2  holder text
-- $3  epoch  bigint
-- $4  acts   text::json

with
  door as (
    select
      1 as open
    from
      "runtime_leases"
    where
      "runtime_leases"."name" = 'coordinator'
      and "runtime_leases"."name" = $1::text
      and "runtime_leases"."holder" = $2::text
      and "runtime_leases"."epoch" = $3::bigint
    for update
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
      door,
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
    where
      not (
        exists (
          select
          from
            "runtime_operation_log"
          where
            "runtime_operation_log"."game_id" = a.game_id
            and "runtime_operation_log"."status" = 'queued'
        )
        or exists (
          select
          from
            "runtime_operation_log"
          where
            "runtime_operation_log"."game_id" = a.game_id
            and "runtime_operation_log"."status" = 'running'
        )
      )
    order by
      a.n
    on conflict do nothing
    returning
      "runtime_operation_log"."game_id"
  )
select
  null as game_id
from
  door
union all
select
  game_id
from
  queued
