import { describe, expect, it } from 'vitest';
import { makeMetrics } from './metrics.js';

const operation = { opId: 'o', gameId: 'g1', op: 'start', attempt: 1, sourceRef: '1-0' } as const;

describe('makeMetrics', () => {
  it('tells how old the oldest unpublished message is', async () => {
    const { observer, render } = makeMetrics();
    observer.observe({ kind: 'outbox_backlog', pending: 7, oldestMs: 61_500, intakePaused: false });
    const text = await render();
    expect(text).toContain('rtmanager_outbox_oldest_seconds 61.5\n');
    expect(text).toContain('rtmanager_outbox_pending 7\n');
    observer.observe({ kind: 'outbox_backlog', pending: 0, oldestMs: null, intakePaused: false });
    expect(await render()).toContain('rtmanager_outbox_oldest_seconds 0\n');
  });

  it('counts entries that were lost before they were read', async () => {
    const { observer, render } = makeMetrics();
    observer.observe({ kind: 'stream_gap', stream: 'start_jobs', lost: 900n, cursor: '1-0' });
    expect(await render()).toContain('rtmanager_stream_lost_entries_total{stream="start_jobs"} 900\n');
  });

  it('never labels with a game', async () => {
    const { observer, render } = makeMetrics();
    const ended = { outcome: 'failure', errorCode: 'conflict', errorMessage: 'x', ms: 1500 } as const;
    observer.observe({ kind: 'operation_finished', operation, ...ended });
    const text = await render();
    expect(text).toContain('rtmanager_operations_finished_total{op="start",code="conflict"} 1\n');
    expect(text).toContain('rtmanager_operation_seconds_sum{op="start",outcome="failure"} 1.5\n');
    expect(text).not.toContain('g1');
  });

  it('shows every hold, also those that are not in force', async () => {
    const { observer, render } = makeMetrics();
    observer.observe({ kind: 'hold_changed', reason: 'restored', held: true, message: 'm' });
    const text = await render();
    expect(text).toContain('rtmanager_hold{reason="restored"} 1\n');
    expect(text).toContain('rtmanager_hold{reason="mass_change"} 0\n');
  });

  it('passes over what is not counted', async () => {
    const { observer, render } = makeMetrics();
    const before = await render();
    observer.observe({ kind: 'operation_claimed', operation });
    expect(await render()).toBe(before);
  });
});
