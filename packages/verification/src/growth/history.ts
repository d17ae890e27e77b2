import type postgres from 'postgres';

const TABLES = ['runtime_records', 'runtime_operation_log', 'runtime_outbox', 'runtime_lanes'] as const;

// Ids as this version makes them: UUIDv7 of the operation's time, the higher the later.
const opId = `(lpad(to_hex((extract(epoch from at) * 1000)::bigint + i / 4096), 12, '0') || '7' || lpad(to_hex(i % 4096), 3, '0')
  || '8' || substr(md5(i::text), 1, 15))::uuid`;

const operations = (from: string) => `insert into runtime_operation_log
    (op_id, game_id, op, class, source, source_ref, status, stream, entry_id, payload_hash, payload, attempt, queued_at, started_at, finished_at)
  select ${opId}, game, 'stop', 'other', 'lobby', entry, 'succeeded', 'stop_jobs', entry, 'h', '{}', 1, at, at, at + i * interval '1 microsecond'
  from ${from}`;

const records = (from: string) => `insert into runtime_records
    (game_id, status, current_container_id, current_image_ref, engine_endpoint, paused, created_at, removed_at, last_op_at)
  select game, case when i % 3 = 0 then 'stopped' else 'removed' end, md5(i::text), 'galaxy/engine:1.0.0', 'http://galaxy-game-' || game || ':8080',
    false, at, case when i % 3 = 0 then null else at end, at
  from ${from}`;

/**
 * Fills a database with the history of so many games, each with three ended operations and a lane. A third of the games is stopped, the
 * others are removed. Whatever their number, the same rows are due for deletion: the first `due` operations of these games, and as many
 * removed games `old-…`, each with one operation that the deletion of operations has passed.
 */
export async function loadHistory(sql: postgres.Sql, games: number, due: number): Promise<void> {
  const count = String(games);
  await sql.unsafe(records(`(select i, 'g' || i as game, now() as at from generate_series(1, ${count}) i) g`));
  await sql.unsafe(
    records(`(select 3 * i + 1 as i, 'old-' || i as game, now() - interval '101 days' as at from generate_series(1, ${String(due)}) i) g`),
  );
  await sql.unsafe(
    operations(
      `(select i, 'old-' || i as game, 'old-' || i as entry, now() - interval '101 days' as at from generate_series(1, ${String(due)}) i) o`,
    ).replaceAll("entry, 'succeeded', 'stop_jobs', entry, 'h'", "'request', 'succeeded', null, null, null"),
  );
  await sql.unsafe(`insert into runtime_settings (key, value)
    select 'history_place', (extract(epoch from max(finished_at)) * 1000000)::bigint || ' ' || max(ord) from runtime_operation_log`);
  await sql.unsafe(
    operations(`(select i, 'g' || 1 + i % ${count} as game, i || '-0' as entry,
      now() - case when i <= ${String(due)} then interval '100 days' else interval '1 day' end as at from generate_series(1, 3 * ${count}) i) o`),
  );
  await sql.unsafe(
    `insert into runtime_lanes (kind, lane, last_number) select 'job_result', 'g' || i, 3 from generate_series(1, ${count}) i`,
  );
  await sql.unsafe(`insert into runtime_outbox (kind, lane, number, numbered, dedupe_key, payload, published_at, entry_id)
    select 'job_result', 'g' || i, 3, true, 'old-' || i, '{}', now() - interval '1 day' + i * interval '1 microsecond', i || '-0'
    from generate_series(1, least(${count}, 100000)) i`);
  await sql.unsafe("insert into runtime_stream_cursors (stream, cursor) values ('start_jobs', '0-0'), ('stop_jobs', '1-0')");
}

/** Removes dead rows, counts anew, and reads everything into the server's memory. */
export async function settle(sql: postgres.Sql): Promise<void> {
  for (const table of TABLES) await sql.unsafe(`vacuum analyze ${table}`);
  await sql.unsafe('create extension if not exists pg_prewarm');
  await sql.unsafe("select pg_prewarm(oid::regclass) from pg_class where relname like 'runtime\\_%' and relkind in ('r', 'i')");
}
