import fc from 'fast-check';
import { Coverage } from './checks/coverage.js';
import { type Outcome, simulate } from './simulate.js';
import { type Plan, planFor, planOf } from './world/plan.js';
import { settleByTick, settleByTurn } from './world/simulated-time.js';

/** The outcome of many histories. */
export interface Campaign {
  /** The first history in which a promise was broken, in words; null when there was none. */
  readonly failure: string | null;
  readonly coverage: Coverage;
}

const LAST_LINES = 120;
const SHRINK_WITHIN_MS = 60_000;
/** One of so many histories is played with {@link settleByTurn}, which finds every unhandled rejection. */
const STRICT_EVERY = 50;

/** Plays the histories of so many seeds in a row, until a promise is broken. The plan of that history is then made as small as possible. */
export async function playHistories(firstSeed: number, count: number): Promise<Campaign> {
  const coverage = new Coverage();
  for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
    const outcome = await play(planOf(seed));
    coverage.addAll(outcome.coverage);
    if (outcome.violation !== null) return { failure: await explain(seed, outcome), coverage };
  }
  return { failure: null, coverage };
}

/** Plays one history. An unhandled rejection is a violation, too. */
async function play(plan: Plan): Promise<Outcome> {
  const unhandled: string[] = [];
  const note = (reason: Error): void => void unhandled.push(`unhandled: ${reason.message}`);
  process.on('unhandledRejection', note);
  try {
    const outcome = await simulate(plan, plan.seed % STRICT_EVERY === 0 ? settleByTurn : settleByTick);
    await settleByTurn();
    const [first] = unhandled;
    return first === undefined ? outcome : { ...outcome, violation: outcome.violation ?? first };
  } finally {
    process.off('unhandledRejection', note);
  }
}

async function explain(seed: number, { violation }: Outcome): Promise<string> {
  const smallest = await shrunk(seed);
  const again = await play(smallest);
  return [
    `history ${seed}: ${violation ?? ''}`,
    `GALAXY_TEST_SEED=${seed} plays it again. Made smaller: ${again.violation ?? 'nothing is wrong any more'}`,
    JSON.stringify(smallest),
    ...again.last(LAST_LINES),
  ].join('\n');
}

async function shrunk(seed: number): Promise<Plan> {
  const holds = fc.asyncProperty(planFor(seed), async (plan) => (await play(plan)).violation === null);
  const { counterexample } = await fc.check(holds, { seed, numRuns: 1, interruptAfterTimeLimit: SHRINK_WITHIN_MS });
  return counterexample?.[0] ?? planOf(seed);
}
