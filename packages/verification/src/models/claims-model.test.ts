import { describe, expect, it } from 'vitest';
import type { Guards } from './claims/guards.js';
import { ALL_GUARDS } from './claims/guards.js';
import type { Injections, Operation } from './claims/state.js';
import { claimsModel } from './claims-model.js';
import { explore } from './explore.js';

const MAX_STATES = 60_000;

interface Scenario {
  readonly jobs: string;
  readonly injections: Partial<Injections>;
}

function modelOf({ jobs, injections }: Scenario, guards: Guards) {
  const kinds = jobs.split(', ') as Operation['kind'][];
  return claimsModel(kinds, { takeOvers: 0, crashes: 0, lostReplies: 0, failures: 0, exhausted: 0, ...injections }, guards);
}

describe('claims', () => {
  it.each<Scenario>([
    { jobs: 'start, stop', injections: {} },
    { jobs: 'start, stop', injections: { takeOvers: 2 } },
    { jobs: 'start, stop', injections: { takeOvers: 1, crashes: 1 } },
    { jobs: 'start, stop', injections: { crashes: 1, lostReplies: 1, failures: 1, exhausted: 1 } },
    { jobs: 'start, stop, start', injections: { takeOvers: 1, failures: 1 } },
    { jobs: 'start, stop, start', injections: { takeOvers: 1, exhausted: 1 } },
    { jobs: 'start, stop, start', injections: { crashes: 1, lostReplies: 1, failures: 1 } },
    { jobs: 'stop, start, stop', injections: { takeOvers: 1, lostReplies: 1 } },
    { jobs: 'stop, start, stop', injections: { crashes: 2, failures: 1 } },
    { jobs: 'start, start, stop', injections: { takeOvers: 1, failures: 1 } },
  ])('keep their promises: $jobs with $injections', (scenario) => {
    expect(explore(modelOf(scenario, ALL_GUARDS), MAX_STATES).violation).toBeNull();
  });
});

describe('claims go wrong without', () => {
  it.each<Scenario & { guard: keyof Guards; problem: string }>([
    { guard: 'attemptIsFence', jobs: 'start, stop', injections: { takeOvers: 1 }, problem: 'record and container disagree' },
    { guard: 'endsOnce', jobs: 'start, stop', injections: { lostReplies: 1 }, problem: 'a job has two results' },
    { guard: 'oldestFirst', jobs: 'start, stop', injections: {}, problem: 'a stop found no record' },
    { guard: 'startWaits', jobs: 'start, stop, start', injections: {}, problem: 'results are out of order' },
    { guard: 'stopWaits', jobs: 'start, stop', injections: {}, problem: 'a stop found no record' },
    { guard: 'oneName', jobs: 'start, stop', injections: { takeOvers: 1 }, problem: 'the game has two containers' },
    { guard: 'idsAct', jobs: 'start, stop', injections: { takeOvers: 1 }, problem: 'a running engine was ended' },
    { guard: 'adoptOwnAttempt', jobs: 'start, stop', injections: { takeOvers: 1 }, problem: 'a running engine was ended' },
    { guard: 'renewBeforeRemove', jobs: 'start, stop', injections: { takeOvers: 1 }, problem: 'a running engine was ended' },
    {
      guard: 'stepBeforeReplacing',
      jobs: 'start, stop, start',
      injections: { crashes: 1, exhausted: 1 },
      problem: 'the record was put back',
    },
    { guard: 'undoCreated', jobs: 'start, stop', injections: {}, problem: 'record and container disagree' },
    { guard: 'restoreWhatIsThere', jobs: 'start, stop, start', injections: { failures: 1 }, problem: 'the record was put back' },
    { guard: 'historyForStop', jobs: 'start, stop', injections: {}, problem: 'a stop found no record' },
    { guard: 'verifyStopped', jobs: 'start, stop', injections: { lostReplies: 1 }, problem: 'an engine runs after its stop' },
    { guard: 'reconcileInLane', jobs: 'start, stop', injections: {}, problem: 'a running engine was ended' },
    { guard: 'reconcile', jobs: 'start, stop', injections: { takeOvers: 1 }, problem: 'record and container disagree for good' },
  ])('$guard', async ({ guard, problem, ...scenario }) => {
    const { violation } = explore(modelOf(scenario, { ...ALL_GUARDS, [guard]: false }), MAX_STATES);
    expect(violation).toMatch(new RegExp(`^${problem}`));
    await expect(`${violation}\n`).toMatchFileSnapshot(`../../traces/claims/${guard}.txt`);
  });
});
