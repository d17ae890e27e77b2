-- ingest
--
-- Queues jobs, numbers dead letters and moves the cursors of the streams, while the lease is held and no hold stops it.
-- Two calls under one lease run one after the other, so that the order of `ord` is the order of the jobs. An intake that
-- is repeated, or carried out late, moves no cursor, so its entries are counted once. Nothing is queued of an entry whose operation may
-- have been deleted from the log.
--
-- Built in packages/adapters/postgres/src/operations/ingest.ts.
-- What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.
--
-- $1  name        text
-- $2  holder      text
-- $3  epoch       bigint
-- $4  jobs        text::json
-- $5  deadLetters text::json
-- $6  cursors     text::json
-- $7  cursors     text::json

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
  open as (
    select
      1
    from
      lease
    where
      not exists (
        select
        from
          "runtime_holds"
        where
          "runtime_holds"."reason" = 'restored'
      )
  ),
  pruned as (
    select
      "runtime_stream_cursors"."stream",
      "runtime_stream_cursors"."pruned_up_to" as up_to
    from
      open,
      "runtime_stream_cursors"
    for update of
      "runtime_stream_cursors"
  ),
  queued as (
    insert into
      "runtime_operation_log" (
        "op_id",
        "game_id",
        "op",
        "source",
        "source_ref",
        "status",
        "stream",
        "entry_id",
        "payload_hash",
        "valid",
        "payload",
        "raw"
      )
    select
      j.op_id,
      j.game_id,
      j.op,
      'lobby',
      j.entry_id,
      'queued',
      j.stream,
      j.entry_id,
      j.payload_hash,
      j.valid,
      j.payload::json,
      j.raw
    from
      open,
      rows
    from
      (
        json_to_recordset($4::text::json) as (op_id uuid, game_id text, op text, stream text, entry_id text, payload_hash text, valid boolean, payload text, raw text)
      ) with ordinality as j (op_id, game_id, op, stream, entry_id, payload_hash, valid, payload, raw, n)
    where
      not exists (
        select
        from
          pruned
        where
          pruned.stream = "j".stream
          and (split_part("j".entry_id, '-', 1)::numeric, split_part("j".entry_id, '-', 2)::numeric) <= (split_part(pruned.up_to, '-', 1)::numeric, split_part(pruned.up_to, '-', 2)::numeric)
      )
    order by
      j.n
    on conflict ("stream", "entry_id", "payload_hash") do nothing
    returning
      1
  ),
  dead_letters as (
    select
      l.lane,
      l.dedupe_key,
      l.payload,
      row_number() over (
        partition by
          l.lane
        order by
          l.n
      ) as nth
    from
      open,
      rows
    from
      (json_to_recordset($5::text::json) as (lane text, dedupe_key text, payload text)) with ordinality as l (lane, dedupe_key, payload, n)
    where
      not exists (
        select
        from
          "runtime_outbox"
        where
          "runtime_outbox"."kind" = 'dead_letter'
          and "runtime_outbox"."dedupe_key" = l.dedupe_key
      )
  ),
  dead_lettered as (
    insert into
      "runtime_outbox" ("kind", "lane", "number", "dedupe_key", "payload")
    select
      'dead_letter',
      l.lane,
      l.nth + coalesce(
        (
          select
            max("runtime_outbox"."number")
          from
            "runtime_outbox"
          where
            "runtime_outbox"."kind" = 'dead_letter'
            and "runtime_outbox"."lane" = l.lane
        ),
        0
      ),
      l.dedupe_key,
      l.payload::json
    from
      dead_letters l
    order by
      l.lane,
      l.nth
    on conflict ("kind", "dedupe_key") do nothing
  ),
  moved as (
    insert into
      "runtime_stream_cursors" ("stream", "cursor")
    select
      c.stream,
      c.cursor
    from
      open,
      json_to_recordset($6::text::json) as c (stream text, cursor text)
    on conflict ("stream") do update
    set
      "cursor" = excluded.cursor,
      "entries_read" = "runtime_stream_cursors"."entries_read" + (
        select
          c.read
        from
          json_to_recordset($7::text::json) as c (stream text, read bigint)
        where
          c.stream = excluded.stream
      )
    where
      (
        split_part("runtime_stream_cursors"."cursor", '-', 1)::numeric,
        split_part("runtime_stream_cursors"."cursor", '-', 2)::numeric
      ) < (split_part(excluded.cursor, '-', 1)::numeric, split_part(excluded.cursor, '-', 2)::numeric)
  )
select
  exists (
    select
    from
      lease
  ) as held,
  exists (
    select
    from
      open
  ) as open,
  (
    select
      count(*)::int
    from
      queued
  ) as queued
