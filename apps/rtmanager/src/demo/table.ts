import type { JobResult } from '@galaxy/ports';
import { tableLine } from '../cli/text-table.js';

/** One line of the demo's table: a job, its result, and how long that took. */
export interface DemoRow {
  readonly job: string;
  readonly result: JobResult;
  readonly tookMs: number;
}

const COLUMNS = ['job', 'game', 'outcome', 'took', 'error code', 'container', 'engine endpoint'] as const;
const WIDTHS = [6, 16, 8, 9, 16, 13, 36] as const;

export function tableHead(): string {
  const rule = WIDTHS.map((width) => '─'.repeat(width)).join('─┼─');
  return `${line(COLUMNS)}\n${rule}`;
}

export function tableRow({ job, result, tookMs }: DemoRow): string {
  const { gameId, outcome, errorCode, containerId, engineEndpoint } = result;
  const empty = (text: string) => (text === '' ? '–' : text);
  return line([
    job,
    gameId,
    outcome,
    `${String(Math.round(tookMs))} ms`,
    empty(errorCode),
    empty(containerId.slice(0, 12)),
    empty(engineEndpoint),
  ]);
}

const line = (cells: readonly string[]): string => tableLine(cells, WIDTHS, ' │ ');
