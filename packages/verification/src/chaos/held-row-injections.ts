import { setTimeout as sleep } from 'node:timers/promises';
import { holdRows } from '../harness/hold-rows.js';
import type { Draw, Injection } from './injection.js';

const MOST_ROWS = 5;

// Rows that somebody may want to write soon come first, the others in any order.
const TABLES = {
  'records held': 'runtime_records order by random()',
  'operations held': "runtime_operation_log order by status in ('queued', 'running') desc, random()",
  'messages held': 'runtime_outbox order by published_at is null desc, id desc',
  'lanes held': 'runtime_lanes order by random()',
} as const;

/** Holds some rows in a transaction of somebody else, for `longestMs` at most. */
export function heldRowInjections(url: string, longestMs: number): readonly Injection[] {
  return Object.entries(TABLES).map(([kind, rows]) => ({
    kind,
    weight: 2,
    lasts: [500, longestMs],
    victim: () => kind,
    inject: ({ pick, forMs }: Draw) => hold(url, `${rows} limit ${String(1 + (pick % MOST_ROWS))}`, forMs),
  }));
}

// Nothing is held when the server does not answer, and nothing any more when it goes away meanwhile.
async function hold(url: string, rows: string, forMs: number): Promise<void> {
  const held = await holdRows(url, rows).catch(() => null);
  await sleep(forMs);
  await held?.release();
}
