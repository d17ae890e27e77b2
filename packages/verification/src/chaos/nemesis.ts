import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { Draw, Injection } from './injection.js';

/** How faults follow one another. */
export interface NemesisOptions {
  readonly seed: number;
  /** How many faults. */
  readonly count: number;
  /** So many at a time, at most. */
  readonly atOnce: number;
  /** The longest peace between two, in milliseconds. */
  readonly maxPauseMs: number;
}

/** A fault that is to come. */
export interface PlannedInjection {
  readonly injection: Injection;
  readonly draw: Draw;
}

/** A fault that was, in milliseconds since 1970. */
export interface Injected {
  readonly kind: string;
  readonly victim: string;
  readonly from: number;
  readonly to: number;
}

/** Decides what befalls a run: the same for the same seed and the same kinds of faults. */
export function planInjections(injections: readonly Injection[], { seed, count, maxPauseMs }: NemesisOptions): readonly PlannedInjection[] {
  const kind = fc.oneof(...injections.map((injection) => ({ weight: injection.weight, arbitrary: fc.constant(injection) })));
  const afterMs = fc.integer({ min: 0, max: maxPauseMs });
  // Doubles of fast-check are drawn from all that can be written down, most of which are next to nothing.
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

/** How long a plan takes when nothing but its own waits costs time, in milliseconds. */
export function lengthOf(plan: readonly PlannedInjection[], { atOnce }: Pick<NemesisOptions, 'atOnce'>): number {
  const lanes = Array.from({ length: atOnce }, (_, lane) => plan.filter((__, at) => at % atOnce === lane));
  return Math.max(...lanes.map((lane) => lane.reduce((sum, { draw }) => sum + draw.afterMs + draw.forMs, 0)));
}

/** Lets a plan happen, and tells what happened when. Everything is whole again when it returns. */
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
