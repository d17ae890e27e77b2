-- queue acts
--
-- Open operations are read as of the statement's beginning. A job that is ingested meanwhile does no harm: operations keep the order
-- of `ord`, and the process that carries out an act decides again. A second act of the same game violates the unique index.
--
-- Built in packages/adapters/postgres/src/operations/postgres-reconcile-queue.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  name   text
-- $2  holder text
-- $3  epoch  bigint
-- $4  acts   text::json

with
  lease as (
    select
      1 as held
    from
      "runtime_leases"
    where
      "runtime_leases"."name" = $1::text
      and "runtime_leases"."holder" = $2::text
      and "runtime_leases"."epoch" = $3::bigint
    for update
  ),
  queued as (
    insert into
      "runtime_operation_log" ("op_id", "game_id", "op", "source", "source_ref", "status", "payload")
    select
      a.op_id,
      a.game_id,
      'reconcile',
      'reconciler',
      'reconcile',
      'queued',
      a.payload::json
    from
      lease,
      rows
    from
      (json_to_recordset($4::text::json) as (op_id uuid, game_id text, payload text)) with ordinality as a (op_id, game_id, payload, n)
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
  lease
union all
select
  game_id
from
  queued
