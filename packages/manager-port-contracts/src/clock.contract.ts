import type { Clock } from '@galaxy/manager-ports';
import { describe, expect, it } from 'vitest';

/** A clock, and how to let time pass on it. */
export interface ClockUnderTest {
  readonly clock: Clock;
  /** Returns once this many milliseconds have passed by the clock. */
  pass(ms: number): Promise<void>;
}

const FOR_EVER_MS = 3_600_000;
// A timer may fire up to a millisecond early by a finer clock.
const ROUNDING_MS = 1;

/** The promises of {@link Clock}, for an adapter to pass. */
export function clockContract(name: string, open: () => ClockUnderTest): void {
  describe(`Clock: ${name}`, () => {
    it('now is a time, and moves on', async () => {
      const { clock, pass } = open();
      const before = clock.now();
      await pass(20);
      expect(clock.now().getTime()).toBeGreaterThan(before.getTime());
    });

    it('monotonicMs moves on and never steps back', async () => {
      const { clock, pass } = open();
      const seen = Array.from({ length: 1000 }, () => clock.monotonicMs());
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      await pass(20);
      expect(clock.monotonicMs() - (seen[0] ?? 0)).toBeGreaterThanOrEqual(20 - ROUNDING_MS);
    });

    it('sleep returns after the time, and not before', async () => {
      const { clock, pass } = open();
      const before = clock.monotonicMs();
      const slept = clock.sleep(30).then(() => clock.monotonicMs() - before);
      await pass(40);
      expect(await slept).toBeGreaterThanOrEqual(30 - ROUNDING_MS);
    });

    it('sleep returns at once when the signal is aborted', async () => {
      await expect(open().clock.sleep(FOR_EVER_MS, AbortSignal.abort())).resolves.toBeUndefined();
    });

    it('sleep returns at once, and does not throw, when the signal becomes aborted', async () => {
      const abort = new AbortController();
      const slept = open().clock.sleep(FOR_EVER_MS, abort.signal);
      abort.abort(new Error('why it was aborted'));
      await expect(slept).resolves.toBeUndefined();
    });
  });
}
