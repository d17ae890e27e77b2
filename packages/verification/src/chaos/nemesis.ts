import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { Draw, Injection } from './injection.js';

/** How many injections there are, and when. */
export interface NemesisOptions {
  readonly seed: number;
  /** How many injections. */
  readonly count: number;
  /** How many at the same time, at most. */
  readonly atOnce: number;
  /** The longest pause between two, in milliseconds. */
  readonly maxPauseMs: number;
}

/** An injection that is still to be made. */
export interface PlannedInjection {
  readonly injection: Injection;
  readonly draw: Draw;
}

/** An injection that was made, with its times in milliseconds since 1970. */
export interface Injected {
  readonly kind: string;
  readonly victim: string;
  readonly from: number;
  readonly to: number;
}

/** Draws the injections of a run. The same seed and the same kinds give the same plan. */
export function planInjections(injections: readonly Injection[], { seed, count, maxPauseMs }: NemesisOptions): readonly PlannedInjection[] {
  const kind = fc.oneof(...injections.map((injection) => ({ weight: injection.weight, arbitrary: fc.constant(injection) })));
  const afterMs = fc.integer({ min: 0, max: maxPauseMs });
  // fc.double draws from all numbers that a double can hold, and most of them are close to 0.
  const share = fc.nat({ max: 9999 }).map((one) => one / 10_000);
  // Short ones more often than long ones.
  const squared = share.map((one) => one ** 2);
  const planned = kind.chain((injection) => {
    const [min, max] = injection.lasts;
    const forMs = squared.map((one) => Math.round(min + one * (max - min)));
    return fc.record({ injection: fc.constant(injection), draw: fc.record({ afterMs, forMs, pick: fc.nat(), share }) });
  });
  return fc.sample(fc.noBias(planned), { numRuns: count, seed });
}

/** How many milliseconds a plan takes, if only its waits take time. */
export function lengthOf(plan: readonly PlannedInjection[], { atOnce }: Pick<NemesisOptions, 'atOnce'>): number {
  const lanes = Array.from({ length: atOnce }, (_, lane) => plan.filter((__, at) => at % atOnce === lane));
  return Math.max(...lanes.map((lane) => lane.reduce((sum, { draw }) => sum + draw.afterMs + draw.forMs, 0)));
}

/** Makes all injections of a plan, and returns when each happened. Every victim works again when this returns. */
export async function injectAll(
  plan: readonly PlannedInjection[],
  { atOnce }: Pick<NemesisOptions, 'atOnce'>,
): Promise<readonly Injected[]> {
  const injected: Injected[] = [];
  const locks = makeLocks();
  const lane = async (number: number): Promise<void> => {
    for (const { injection, draw } of plan.filter((_, at) => at % atOnce === number)) {
      await sleep(draw.afterMs);
      const victim = injection.victim(draw);
      await locks.while(victim, async () => {
        const from = Date.now();
        await injection.inject(draw);
        injected.push({ kind: injection.kind, victim, from, to: Date.now() });
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, (_, number) => lane(number)));
  return injected;
}

function makeLocks() {
  const last = new Map<string, Promise<void>>();
  return {
    while(victim: string, act: () => Promise<void>): Promise<void> {
      const done = (last.get(victim) ?? Promise.resolve()).then(act);
      last.set(
        victim,
        done.catch(() => undefined),
      );
      return done;
    },
  };
}
