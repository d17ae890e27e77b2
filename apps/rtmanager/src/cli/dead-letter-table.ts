import type { StoredDeadLetter } from '@galaxy/manager-ports';
import { columnWidths, tableLine } from './text-table.js';

const HEAD = ['id', 'failed at', 'stream', 'entry', 'attempts', 'error code', 'error message'] as const;

/** Dead letters as a table for people, one per line. */
export function deadLetterTable(letters: readonly StoredDeadLetter[]): string {
  if (letters.length === 0) return 'no dead letters';
  const rows = [HEAD, ...letters.map(cells)];
  const widths = columnWidths(rows);
  return rows.map((row) => tableLine(row, widths)).join('\n');
}

/** Dead letters as JSON for programs, with the raw entries. Ids and times are text, since they may be too large for a JSON number. */
export function deadLetterJson(letters: readonly StoredDeadLetter[]): string {
  return JSON.stringify(letters.map(jsonOf), null, 2);
}

function cells({ id, letter }: StoredDeadLetter): readonly string[] {
  const { sourceStream, sourceEntryId, errorCode, errorMessage, attempts, failedAtMs } = letter;
  return [String(id), timeOf(failedAtMs), plain(sourceStream), sourceEntryId, String(attempts), errorCode, plain(errorMessage)];
}

function jsonOf({ id, lane, state, letter }: StoredDeadLetter): Record<string, unknown> {
  return {
    id: String(id),
    state,
    lane,
    source_stream: letter.sourceStream,
    source_entry_id: letter.sourceEntryId,
    error_code: letter.errorCode,
    error_message: letter.errorMessage,
    attempts: letter.attempts,
    failed_at_ms: String(letter.failedAtMs),
    raw: letter.raw,
  };
}

function timeOf(ms: bigint): string {
  const time = new Date(Number(ms));
  return Number.isNaN(time.getTime()) ? String(ms) : time.toISOString();
}

// Text from a producer must not control the terminal.
function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');
}
