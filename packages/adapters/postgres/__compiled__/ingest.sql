-- ingest
--
-- Queues jobs, numbers dead letters and moves the cursors of the streams, while the lease is held and no hold stops it.
-- Two calls under one lease run one after the other, so that the order of `ord` is the order of the jobs. An intake that
-- is repeated, or carried out late, moves no cursor, so its entries are counted once. Nothing is queued of an entry whose operation may
-- have been deleted from the log.
--
-- Built in packages/adapters/postgres/src/queue/ingest.ts.
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
      (
        select
          1
        from
          "runtime_operation_log"
        where
          "runtime_operation_log"."stream" = a.stream
          and "runtime_operation_log"."entry_id" = a.entry_id
          and "runtime_operation_log"."payload_hash" = a.payload_hash
      ) is null
      and not exists (
        select
        from
          pruned
        where
          pruned.stream = "a".stream
          and (split_part("a".entry_id, '-', 1)::numeric, split_part("a".entry_id, '-', 2)::numeric) <= (split_part(pruned.up_to, '-', 1)::numeric, split_part(pruned.up_to, '-', 2)::numeric)
      )
    order by
      a.n
    on conflict ("stream", "entry_id", "payload_hash") do nothing
    returning
      1
  ),
  messages as (
    select
      'dead_letter' as kind,
      l.lane,
      l.dedupe_key,
      l.payload::json as payload,
      l.n
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
      m.payload
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
      door
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
