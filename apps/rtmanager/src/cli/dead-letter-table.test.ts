import type { StoredDeadLetter } from '@galaxy/manager-ports';
import { describe, expect, it } from 'vitest';
import { deadLetterJson, deadLetterTable } from './dead-letter-table.js';

const letter = (id: bigint, errorMessage: string, failedAtMs = 1_767_225_600_000n): StoredDeadLetter => ({
  id,
  lane: 'start_jobs',
  number: 1n,
  state: 'open',
  letter: {
    sourceStream: 'runtime:start_jobs',
    sourceEntryId: '5-1',
    errorCode: 'invalid_job',
    errorMessage,
    raw: '[["YQ==","Yg=="]]',
    attempts: 0,
    failedAtMs,
  },
});

describe('deadLetterTable', () => {
  it('lines the columns up', () => {
    expect(deadLetterTable([letter(7n, 'missing game_id'), letter(1234n, 'more than 16 fields')]).split('\n')).toEqual([
      'id    failed at                 stream              entry  attempts  error code   error message',
      '7     2026-01-01T00:00:00.000Z  runtime:start_jobs  5-1    0         invalid_job  missing game_id',
      '1234  2026-01-01T00:00:00.000Z  runtime:start_jobs  5-1    0         invalid_job  more than 16 fields',
    ]);
  });

  it('says so when there are none', () => {
    expect(deadLetterTable([])).toBe('no dead letters');
  });

  it('passes nothing on that a terminal would act on, and any time', () => {
    const table = deadLetterTable([letter(1n, 'a\u001b[2J\nb\u2028c', 10n ** 17n)]);
    expect(table).not.toContain('\u001b');
    expect(table.split('\n')).toHaveLength(2);
    expect(table).toContain(String(10n ** 17n));
  });
});

describe('deadLetterJson', () => {
  it('has everything, with numbers that may be large as text', () => {
    expect(JSON.parse(deadLetterJson([letter(9_007_199_254_740_993n, 'missing game_id')]))).toEqual([
      {
        id: '9007199254740993',
        state: 'open',
        lane: 'start_jobs',
        source_stream: 'runtime:start_jobs',
        source_entry_id: '5-1',
        error_code: 'invalid_job',
        error_message: 'missing game_id',
        attempts: 0,
        failed_at_ms: '1767225600000',
        raw: '[["YQ==","Yg=="]]',
      },
    ]);
  });
});
