import { expect, it } from 'vitest';
import { jobCount, seedOr } from '../harness/test-scale.js';
import { CALLS } from './injection/calls.js';
import { WORLD_INJECTIONS } from './injection/injections.js';
import { playHistories } from './play-histories.js';
import { simulate } from './simulate.js';
import { planOf } from './world/plan.js';
import { settleByTick, settleByTurn } from './world/simulated-time.js';

/** The smallest number in which every injection happens. */
const HISTORIES = 1000;
const FIRST_SEED = 1;

const [first, count] = [seedOr(FIRST_SEED), jobCount(HISTORIES)];
/** What the checks count besides injections. Without these, the promises about them would not be tested. */
const COUNTED = [
  'operations pruned',
  'records pruned',
  'messages pruned',
  'entries trimmed',
  'entries read again',
  'pruned entries read again',
  'request queued',
  'request existing',
  'request key_reused',
  'request ended',
  'job_outcome read',
];
const mustBeMet = [
  ...COUNTED,
  ...WORLD_INJECTIONS,
  ...CALLS.flatMap((call) => ['before', 'lost', 'late'].map((what) => `${call} ${what}`)),
];

it(
  `keeps every promise in ${count} histories from seed ${first} on`,
  async () => {
    const { failure, coverage } = await playHistories(first, count);
    console.log(COUNTED.map((name) => `${name}: ${coverage.of(name)}`).join(', '));
    if (failure !== null) throw new Error(failure);
    if (count >= HISTORIES) expect(coverage.missing(mustBeMet), 'injections that never happened').toEqual([]);
  },
  60_000 + count * 1000,
);

it('plays a history the same way every time, however promises settle', async () => {
  for (let seed = first; seed < first + 5; seed += 1) {
    const plan = planOf(seed);
    const hashes = [];
    for (const settle of [settleByTick, settleByTick, settleByTurn]) hashes.push((await simulate(plan, settle)).hash);
    expect(new Set(hashes).size, `the traces of seed ${seed} differ: ${hashes.join(', ')}`).toBe(1);
  }
});
