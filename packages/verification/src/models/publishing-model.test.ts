import { describe, expect, it } from 'vitest';
import { explore } from './explore.js';
import type { PublishingGuards, PublishingInjections, PublishingScope } from './publishing/state.js';
import { ALL_PUBLISHING_GUARDS } from './publishing/state.js';
import { publishingModel } from './publishing-model.js';

const MAX_STATES = 2_000_000;

interface Scenario {
  readonly scope: PublishingScope;
  readonly injections: Partial<PublishingInjections>;
}

const modelOf = ({ scope, injections }: Scenario, guards: PublishingGuards) =>
  publishingModel(scope, { failovers: 0, flushes: 0, splits: 0, lostReplies: 0, deaths: 0, ...injections }, guards);

describe('publishing', () => {
  it.each<Scenario>([
    { scope: { results: 3, workers: 3 }, injections: {} },
    { scope: { results: 3, workers: 2 }, injections: { lostReplies: 1 } },
    { scope: { results: 3, workers: 2 }, injections: { deaths: 1 } },
    { scope: { results: 3, workers: 1 }, injections: { failovers: 1 } },
    { scope: { results: 2, workers: 2 }, injections: { failovers: 1, deaths: 1 } },
    { scope: { results: 3, workers: 1 }, injections: { flushes: 2 } },
    { scope: { results: 2, workers: 2 }, injections: { flushes: 1, lostReplies: 1 } },
    { scope: { results: 2, workers: 1 }, injections: { failovers: 1, flushes: 1, deaths: 1 } },
  ])(
    'keeps its promises: $scope with $injections',
    (scenario) => {
      expect(explore(modelOf(scenario, ALL_PUBLISHING_GUARDS), MAX_STATES).violation).toBeNull();
    },
    120_000,
  );
});

describe('publishing goes wrong without', () => {
  it.each<{ guard: keyof PublishingGuards; injections: Partial<PublishingInjections>; problem: string }>([
    { guard: 'numberCheck', injections: {}, problem: 'Lobby reads 1 after 1' },
    { guard: 'gapRefusal', injections: {}, problem: 'Lobby reads 2 after 0' },
    { guard: 'lostTogether', injections: { failovers: 1 }, problem: 'Lobby reads 2 after 0' },
    { guard: 'markUnderEpoch', injections: { failovers: 1 }, problem: 'Lobby never reads result 2' },
    { guard: 'epochInRedis', injections: { failovers: 1, splits: 1 }, problem: 'Lobby never reads result 1' },
    { guard: 'takeBackUnlisted', injections: { failovers: 1 }, problem: 'Lobby never reads result 1' },
    { guard: 'verify', injections: { failovers: 1 }, problem: 'Lobby never reads result 1' },
    { guard: 'adoptUnchanged', injections: { failovers: 1, flushes: 1 }, problem: 'Lobby never reads result 2' },
    { guard: 'raiseFirst', injections: { failovers: 1 }, problem: 'Lobby never reads result 2' },
    // This is no rule of the service: Lobby must expect this.
    { guard: 'lobbyExpectsLosses', injections: { failovers: 1 }, problem: 'Lobby reads 1 after 1' },
  ])('$guard', async ({ guard, problem, injections }) => {
    const model = modelOf({ scope: { results: 2, workers: 2 }, injections }, { ...ALL_PUBLISHING_GUARDS, [guard]: false });
    const { violation } = explore(model, MAX_STATES);
    expect(violation).toMatch(new RegExp(`^${problem}`));
    await expect(`${violation}\n`).toMatchFileSnapshot(`../../traces/publishing/${guard}.txt`);
  });
});
