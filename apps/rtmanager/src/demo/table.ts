import type { JobResult } from '@galaxy/ports';

/** One line of the table: a result, its job, and how long it took. */
export interface DemoRow {
  readonly job: string;
  readonly result: JobResult;
  readonly tookMs: number;
}

const COLUMNS = ['job', 'game', 'outcome', 'took', 'error code', 'container', 'engine endpoint'] as const;
const WIDTHS = [6, 16, 8, 9, 16, 13, 36] as const;

/** The heading of the table. */
export function tableHead(): string {
  const rule = WIDTHS.map((width) => '─'.repeat(width)).join('─┼─');
  return `${line(COLUMNS)}\n${rule}`;
}

/** One line of the table. */
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

function line(cells: readonly string[]): string {
  return cells.map((cell, at) => cell.padEnd(WIDTHS[at] ?? 0)).join(' │ ');
}
