import { waitFor } from '@galaxy/testing';
import type postgres from 'postgres';

/**
 * Fills a database with the history of so many games, each with three ended operations. A third of the games is stopped, the others
 * are removed. Of all games the first two thousand operations ended so long ago that they may be deleted.
 */
export async function loadHistory(sql: postgres.Sql, games: number): Promise<void> {
  await sql.unsafe(`insert into runtime_records (game_id, status, current_container_id, current_image_ref, engine_endpoint, paused, created_at, last_op_at)
    select 'g' || i, case when i % 3 = 0 then 'stopped' else 'removed' end, md5(i::text), 'galaxy/engine:1.0.0', 'http://galaxy-game-g' || i || ':8080',
      false, now(), now() from generate_series(1, ${String(games)}) i`);
  await sql.unsafe(`insert into runtime_operation_log
      (op_id, game_id, op, class, source, source_ref, status, stream, entry_id, payload_hash, payload, attempt, queued_at, started_at, finished_at)
    select gen_random_uuid(), 'g' || 1 + i % ${String(games)}, 'stop', 'other', 'lobby', i || '-0', 'succeeded', 'stop_jobs', i || '-0', 'h', '{}', 1,
      at, at, at + i * interval '1 microsecond'
    from generate_series(1, ${String(3 * games)}) i, lateral (select now() - case when i <= 2000 then interval '100 days' else interval '1 day' end as at) t`);
  await sql.unsafe("insert into runtime_stream_cursors (stream, cursor) values ('start_jobs', '0-0'), ('stop_jobs', '1-0')");
  for (const table of ['runtime_records', 'runtime_operation_log']) await sql.unsafe(`vacuum analyze ${table}`);
}

/** What changed rows of `table` while `act` ran, and how many rows it changes. */
interface Changes {
  readonly table: string;
  readonly count: number;
  readonly act: () => Promise<unknown>;
}

/** The share of changes that touched no index. Waits until the server has counted all of them: sessions report with a delay. */
export async function hotShare(sql: postgres.Sql, { table, count, act }: Changes): Promise<number> {
  const read = async () => {
    const [row] = await sql<{ updates: number; hot: number }[]>`
      select n_tup_upd::int as updates, n_tup_hot_upd::int as hot from pg_stat_user_tables where relname = ${table}`;
    return row ?? { updates: 0, hot: 0 };
  };
  const before = await read();
  await act();
  const after = await waitFor(
    `${String(count)} changes to be counted`,
    async () => {
      const now = await read();
      return now.updates - before.updates >= count ? now : null;
    },
    { timeoutMs: 60_000 },
  );
  return (after.hot - before.hot) / (after.updates - before.updates);
}
