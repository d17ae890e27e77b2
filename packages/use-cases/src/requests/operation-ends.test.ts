import { ManualClock } from '@galaxy/adapter-memory';
import type { OperationLogEntry } from '@galaxy/manager-ports';
import { DependencyFault } from '@galaxy/ports';
import { describe, expect, it } from 'vitest';
import { makeOperationEnds, type WaitLimits } from './operation-ends.js';

const faultOf = (retryable: boolean) =>
  new DependencyFault({ message: 'no answer', dependency: 'postgres', retryable, effect: 'not_done' });

/** One operation in a log that may be away, and somebody who waits for its end. */
function makeWaiting(limits: Partial<WaitLimits> = {}) {
  const clock = new ManualClock();
  let entry: OperationLogEntry | null = { opId: 'op', finishedAt: null } as OperationLogEntry;
  let fault: DependencyFault | null = null;
  let looks = 0;
  const log = {
    get: async () => {
      looks += 1;
      await Promise.resolve();
      if (fault !== null) throw fault;
      return entry;
    },
  };
  const ends = makeOperationEnds({ log, clock });
  const outcome: { kind: string }[] = [];
  const wait = () =>
    ends.awaitEnd('op', { timeoutMs: 10_000, ...limits }).then(
      (awaited) => void outcome.push({ kind: awaited.kind }),
      (error: unknown) => void outcome.push({ kind: String(error) }),
    );
  return {
    clock,
    ends,
    wait,
    outcome,
    looks: () => looks,
    finish: () => {
      entry = { opId: 'op', finishedAt: clock.now() } as OperationLogEntry;
    },
    forget: () => {
      entry = null;
    },
    fail: (next: DependencyFault | null) => {
      fault = next;
    },
  };
}

describe('awaitEnd', () => {
  it('looks at once, and does not wait for what has ended', async () => {
    const { clock, wait, finish, outcome, looks } = makeWaiting();
    finish();
    void wait();
    await clock.advance(0);
    expect(outcome).toEqual([{ kind: 'ended' }]);
    expect(looks()).toBe(1);
    expect(clock.sleeping).toBe(0);
  });

  it('knows the end as soon as it is told', async () => {
    const { clock, ends, wait, finish, outcome } = makeWaiting();
    void wait();
    await clock.advance(10);
    finish();
    ends.hint({ kind: 'ended', opId: 'op' });
    await clock.advance(0);
    expect(outcome).toEqual([{ kind: 'ended' }]);
  });

  it('misses no hint that comes while it looks', async () => {
    const { clock, ends, wait, finish, outcome } = makeWaiting();
    void wait();
    finish();
    ends.hint({ kind: 'ended', opId: 'op' });
    await clock.advance(0);
    expect(outcome).toEqual([{ kind: 'ended' }]);
  });

  it('looks after each reconnection, since hints may have been missed', async () => {
    const { clock, ends, wait, finish, outcome } = makeWaiting();
    void wait();
    await clock.advance(10);
    finish();
    ends.hint({ kind: 'connected' });
    await clock.advance(0);
    expect(outcome).toEqual([{ kind: 'ended' }]);
  });

  it('does not look because of other operations', async () => {
    const { clock, ends, wait, looks } = makeWaiting();
    void wait();
    await clock.advance(10);
    ends.hint({ kind: 'ended', opId: 'another' });
    ends.hint({ kind: 'queued' });
    await clock.advance(10);
    expect(looks()).toBe(1);
  });

  it('knows the end within a second without any hint', async () => {
    const { clock, wait, finish, outcome } = makeWaiting();
    void wait();
    await clock.advance(10);
    finish();
    await clock.advance(990);
    expect(outcome).toEqual([{ kind: 'ended' }]);
  });

  it('is over after its time, with a last look', async () => {
    const { clock, wait, outcome, looks } = makeWaiting({ timeoutMs: 1500 });
    void wait();
    await clock.advance(1499);
    expect(outcome).toEqual([]);
    await clock.advance(1);
    expect(outcome).toEqual([{ kind: 'open' }]);
    expect(looks()).toBe(3);
  });

  it('only looks when it may not wait', async () => {
    const { clock, wait, outcome } = makeWaiting({ timeoutMs: 0 });
    void wait();
    await clock.advance(0);
    expect(outcome).toEqual([{ kind: 'open' }]);
  });

  it('lets many wait at the same time, and Node does not warn of their listeners', async () => {
    const warnings: string[] = [];
    const note = ({ name }: Error): void => void warnings.push(name);
    process.on('warning', note);
    const { clock, wait, finish, outcome } = makeWaiting();
    for (let n = 0; n < 20; n += 1) void wait();
    await clock.advance(10);
    finish();
    await clock.advance(1000);
    process.off('warning', note);
    expect(outcome).toHaveLength(20);
    expect(warnings).toEqual([]);
  });

  it('is over when its caller goes away', async () => {
    const leaving = new AbortController();
    const { clock, wait, outcome } = makeWaiting({ signal: leaving.signal });
    void wait();
    await clock.advance(10);
    leaving.abort();
    await clock.advance(0);
    expect(outcome).toEqual([{ kind: 'open' }]);
    expect(clock.sleeping).toBe(0);
  });

  it('says when there is no such operation, also when it was there before', async () => {
    const { clock, wait, forget, outcome } = makeWaiting();
    void wait();
    await clock.advance(10);
    forget();
    void wait();
    await clock.advance(1000);
    expect(outcome).toEqual([{ kind: 'unknown' }, { kind: 'unknown' }]);
  });

  it('goes on while the log does not answer, but not without a first look', async () => {
    const { clock, wait, fail, finish, outcome } = makeWaiting();
    void wait();
    await clock.advance(10);
    fail(faultOf(true));
    void wait();
    await clock.advance(5000);
    expect(outcome).toEqual([{ kind: expect.stringContaining('no answer') }]);
    fail(null);
    finish();
    await clock.advance(1000);
    expect(outcome.at(-1)).toEqual({ kind: 'ended' });
  });

  it('ends with a fault that will not go away', async () => {
    const { clock, wait, fail, outcome } = makeWaiting();
    void wait();
    await clock.advance(10);
    fail(faultOf(false));
    await clock.advance(1000);
    expect(outcome).toEqual([{ kind: expect.stringContaining('no answer') }]);
  });
});
