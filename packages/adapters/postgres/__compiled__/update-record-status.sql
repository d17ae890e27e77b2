-- update record status
--
-- Moves a record to another status if it has the status and, unless that is empty, the container that are expected.
-- Returns whether it was moved, and whether there is a record at all.
--
-- Built in packages/adapters/postgres/src/records/postgres-runtime-record-store.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  to          text
-- $2  to          text
-- $3  to          text
-- $4  now         timestamptz
-- $5  to          text
-- $6  now         timestamptz
-- $7  now         timestamptz
-- $8  to          text
-- $9  gameId      text
-- $10 from        text
-- $11 containerId text
-- $12 containerId text
-- $13 gameId      text

with
  moved as (
    update "runtime_records"
    set
      "status" = $1::text,
      "current_container_id" = case
        when $2::text = 'removed' then null
        else "runtime_records"."current_container_id"
      end,
      "stopped_at" = case
        when $3::text = 'stopped' then $4::timestamptz
        else "runtime_records"."stopped_at"
      end,
      "removed_at" = case
        when $5::text = 'removed' then $6::timestamptz
        else "runtime_records"."removed_at"
      end,
      "last_op_at" = $7::timestamptz,
      "version" = "runtime_records"."version" + 1,
      "health" = case
        when $8::text in ('stopped', 'removed') then 'unknown'
        else "runtime_records"."health"
      end
    where
      "runtime_records"."game_id" = $9::text
      and "runtime_records"."status" = $10::text
      and (
        $11::text = ''
        or "runtime_records"."current_container_id" = $12::text
      )
    returning
      1
  )
select
  exists (
    select
    from
      moved
  ) as moved,
  exists (
    select
    from
      "runtime_records"
    where
      "runtime_records"."game_id" = $13::text
  ) as found
