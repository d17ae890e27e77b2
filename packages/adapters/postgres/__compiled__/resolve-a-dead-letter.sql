-- resolve a dead letter
--
-- Records what an operator decided about a dead letter. No row when that was decided before.
--
-- Built in packages/adapters/postgres/src/queue/postgres-dead-letter-box.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  resolution text
-- $2  id         bigint

update "runtime_outbox"
set
  "resolution" = $1::text
where
  "runtime_outbox"."id" = $2::bigint
  and "runtime_outbox"."kind" = 'dead_letter'
  and "runtime_outbox"."resolution" is null
returning
  1
