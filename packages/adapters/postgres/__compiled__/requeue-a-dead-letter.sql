-- requeue a dead letter
--
-- Queues the job of an open dead letter. As every statement that queues, it first locks the row of the coordinator's lease, which it
-- makes if there is none, and takes its place in the order after that.
--
-- Built in packages/adapters/postgres/src/outbox/postgres-dead-letter-box.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  id        bigint
-- $2  opId      uuid
-- $3  gameId    text
-- $4  op        text
-- $5  sourceRef text
-- $6  valid     boolean
-- $7  payload   text

with
  door as (
    insert into
      "runtime_leases" ("name", "epoch", "expires_at")
    select
      'coordinator',
      0,
      clock_timestamp()
    on conflict ("name") do update
    set
      "name" = excluded.name
    returning
      1 as locked
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
  )
insert into
  "runtime_operation_log" ("op_id", "game_id", "op", "source", "source_ref", "status", "valid", "payload")
select
  $2::uuid,
  $3::text,
  $4::text,
  'admin',
  $5::text,
  'queued',
  $6::boolean,
  $7::text::json
from
  resolved
returning
  1
