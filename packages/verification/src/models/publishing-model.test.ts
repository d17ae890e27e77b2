import { describe, expect, it } from 'vitest';
import { explore } from './explore.js';
import type { PublishingFaults, PublishingGuards, PublishingScope } from './publishing/state.js';
import { ALL_PUBLISHING_GUARDS } from './publishing/state.js';
import { publishingModel } from './publishing-model.js';

const MAX_STATES = 2_000_000;

interface Scenario {
  readonly scope: PublishingScope;
  readonly faults: Partial<PublishingFaults>;
}

const modelOf = ({ scope, faults }: Scenario, guards: PublishingGuards) =>
  publishingModel(scope, { failovers: 0, flushes: 0, splits: 0, lostReplies: 0, deaths: 0, ...faults }, guards);

describe('publishing', () => {
  it.each<Scenario>([
    { scope: { results: 3, workers: 3 }, faults: {} },
    { scope: { results: 3, workers: 2 }, faults: { lostReplies: 1 } },
    { scope: { results: 3, workers: 2 }, faults: { deaths: 1 } },
    { scope: { results: 3, workers: 1 }, faults: { failovers: 1 } },
    { scope: { results: 2, workers: 2 }, faults: { failovers: 1, deaths: 1 } },
    { scope: { results: 2, workers: 2 }, faults: { failovers: 1, lostReplies: 1 } },
    { scope: { results: 2, workers: 2 }, faults: { failovers: 2 } },
    { scope: { results: 3, workers: 1 }, faults: { flushes: 2 } },
    { scope: { results: 2, workers: 2 }, faults: { flushes: 1, lostReplies: 1 } },
    { scope: { results: 2, workers: 1 }, faults: { failovers: 1, flushes: 1, deaths: 1 } },
    { scope: { results: 2, workers: 2 }, faults: { failovers: 1, splits: 1 } },
    { scope: { results: 2, workers: 1 }, faults: { failovers: 1, splits: 1, deaths: 1 } },
  ])(
    'keeps its promises: $scope with $faults',
    (scenario) => {
      expect(explore(modelOf(scenario, ALL_PUBLISHING_GUARDS), MAX_STATES).violation).toBeNull();
    },
    120_000,
  );
});

describe('publishing goes wrong without', () => {
  it.each<{ guard: keyof PublishingGuards; faults: Partial<PublishingFaults>; problem: string }>([
    { guard: 'numberCheck', faults: {}, problem: 'Lobby reads 1 after 1' },
    { guard: 'gapRefusal', faults: {}, problem: 'Lobby reads 2 after 0' },
    { guard: 'lostTogether', faults: { failovers: 1 }, problem: 'Lobby reads 2 after 0' },
    { guard: 'markUnderEpoch', faults: { failovers: 1 }, problem: 'Lobby never reads result 2' },
    { guard: 'epochInRedis', faults: { failovers: 1, splits: 1 }, problem: 'Lobby never reads result 1' },
    { guard: 'takeBackUnlisted', faults: { failovers: 1 }, problem: 'Lobby never reads result 1' },
    { guard: 'verify', faults: { failovers: 1 }, problem: 'Lobby never reads result 1' },
    { guard: 'adoptUnchanged', faults: { failovers: 1, flushes: 1 }, problem: 'Lobby never reads result 2' },
    { guard: 'raiseFirst', faults: { failovers: 1 }, problem: 'Lobby never reads result 2' },
    // No rule of ours: what Lobby has to put up with.
    { guard: 'lobbyExpectsLosses', faults: { failovers: 1 }, problem: 'Lobby reads 1 after 1' },
  ])('$guard', async ({ guard, problem, faults }) => {
    const model = modelOf({ scope: { results: 2, workers: 2 }, faults }, { ...ALL_PUBLISHING_GUARDS, [guard]: false });
    const { violation } = explore(model, MAX_STATES);
    expect(violation).toMatch(new RegExp(`^${problem}`));
    await expect(`${violation}\n`).toMatchFileSnapshot(`../../traces/publishing/${guard}.txt`);
  });
});
