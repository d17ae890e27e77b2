-- list dead letters
--
-- Dead letters in one state, the oldest first.
--
-- Built in packages/adapters/postgres/src/queue/postgres-dead-letter-box.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  after bigint
-- $2  state text
-- $3  limit int

select
  "runtime_outbox"."id"::text as id,
  "runtime_outbox"."lane" as lane,
  "runtime_outbox"."number"::text as number,
  "runtime_outbox"."payload"::text as payload,
  coalesce("runtime_outbox"."resolution", 'open') as state
from
  "runtime_outbox"
where
  "runtime_outbox"."kind" = 'dead_letter'
  and "runtime_outbox"."id" > $1::bigint
  and coalesce("runtime_outbox"."resolution", 'open') = $2::text
order by
  "runtime_outbox"."id"
limit
  $3::int
