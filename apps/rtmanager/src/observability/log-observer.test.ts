import { DependencyFault } from '@galaxy/ports';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { logObserver } from './log-observer.js';

function observing() {
  const lines: string[] = [];
  const observer = logObserver(pino({ base: null, timestamp: false, level: 'debug' }, { write: (line) => void lines.push(line) }));
  return { observer, logged: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>), lines };
}

const asked = { reason: 'cancelled', requestedAtMs: 1_767_225_600_000n } as const;
const operation = { opId: 'op-1', gameId: 'alpha', op: 'stop', attempt: 2, sourceRef: '1-0', ...asked } as const;

describe('logObserver', () => {
  it('writes the ids of job, game and entry as fields of their own', () => {
    const { observer, logged } = observing();
    observer.observe({ kind: 'operation_finished', operation, outcome: 'failure', errorCode: 'conflict', errorMessage: 'no', ms: 12 });
    expect(logged()).toEqual([
      {
        level: 30,
        event: 'operation_finished',
        op_id: 'op-1',
        game_id: 'alpha',
        op: 'stop',
        attempt: 2,
        source_ref: '1-0',
        reason: 'cancelled',
        requested_at_ms: '1767225600000',
        outcome: 'failure',
        error_code: 'conflict',
        error_message: 'no',
        ms: 12,
        msg: 'operation finished',
      },
    ]);
  });

  it('writes of a fault its code and message, never what caused it', () => {
    const { observer, lines } = observing();
    const cause = new Error('insert into t values (hunter2)');
    const error = new DependencyFault({ message: 'no answer', retryable: true, effect: 'unknown', dependency: 'postgres', cause });
    observer.observe({ kind: 'loop_failed', loop: 'work', error, retryInMs: 100 });
    expect(lines.join()).toContain('postgres_unavailable');
    expect(lines.join()).not.toContain('hunter2');
  });

  it('keeps one event on one line, whatever it quotes', () => {
    const { observer, lines } = observing();
    observer.observe({ kind: 'entry_refused', stream: 'start_jobs', entryId: '1-0', gameId: 'a\n{"level":60}', reason: 'x\r\ny' });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toMatch(/[\r\n]/);
  });

  it('writes numbers beyond what JSON can carry as text', () => {
    const { observer, logged } = observing();
    observer.observe({ kind: 'message_published', messageKind: 'job_result', lane: 'alpha', number: 2n ** 60n });
    expect(logged()[0]).toMatchObject({ message_kind: 'job_result', number: '1152921504606846976' });
  });
});
