import { describe, expect, it } from 'vitest';
import { makeMetrics } from './metrics.js';

const operation = { opId: 'o', gameId: 'g1', op: 'start', attempt: 1, sourceRef: '1-0', reason: '', requestedAtMs: null } as const;

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

  it('tells of the outbox as the leader only: who is it no more knows nothing of it', async () => {
    const { observer, render } = makeMetrics();
    observer.observe({ kind: 'lease_changed', name: 'coordinator', held: true });
    observer.observe({ kind: 'outbox_backlog', pending: 12_000, oldestMs: 61_500, intakePaused: true });
    observer.observe({ kind: 'lease_changed', name: 'coordinator', held: false });
    const text = await render();
    for (const name of ['leader', 'outbox_pending', 'outbox_oldest_seconds', 'intake_paused'])
      expect(text).toContain(`rtmanager_${name} 0\n`);
  });

  it('shows from the beginning, as 0, what an alarm waits for', async () => {
    const text = await makeMetrics().render();
    for (const stream of ['start_jobs', 'stop_jobs']) {
      for (const name of ['entries_refused_total', 'stream_lost_entries_total', 'stream_recreated_total']) {
        expect(text).toContain(`rtmanager_${name}{stream="${stream}"} 0\n`);
      }
    }
    for (const op of ['start', 'stop']) expect(text).toContain(`rtmanager_jobs_dead_lettered_total{op="${op}"} 0\n`);
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
