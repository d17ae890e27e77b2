import { expect, it } from 'vitest';
import { explore } from './explore.js';
import { ALL_PUBLISHING_GUARDS, type PublishingInjections, type PublishingScope } from './publishing/state.js';
import { publishingModel } from './publishing-model.js';

const NONE: PublishingInjections = { failovers: 0, flushes: 0, splits: 0, lostReplies: 0, deaths: 0 };

interface Scenario {
  readonly scope: PublishingScope;
  readonly injections: Partial<PublishingInjections>;
}

const LARGEST: readonly Scenario[] = [
  { scope: { results: 2, workers: 2 }, injections: { failovers: 1, lostReplies: 1 } },
  { scope: { results: 2, workers: 2 }, injections: { failovers: 2 } },
  { scope: { results: 2, workers: 2 }, injections: { failovers: 1, splits: 1 } },
  { scope: { results: 2, workers: 1 }, injections: { failovers: 1, splits: 1, deaths: 1 } },
];

// The same injections with one worker only.
const SMALLER: readonly Scenario[] = [
  { scope: { results: 2, workers: 1 }, injections: { failovers: 1, lostReplies: 1 } },
  { scope: { results: 2, workers: 1 }, injections: { failovers: 2 } },
  { scope: { results: 2, workers: 1 }, injections: { failovers: 1, splits: 1 } },
];

// A file of its own, so that they run beside the other models. `npm run models` explores the largest.
it.each<Scenario>(process.env['GALAXY_TEST_MODELS'] === 'all' ? LARGEST : SMALLER)(
  'publishing keeps its promises: $scope with $injections',
  ({ scope, injections }) => {
    expect(explore(publishingModel(scope, { ...NONE, ...injections }, ALL_PUBLISHING_GUARDS), 2_000_000).violation).toBeNull();
  },
  120_000,
);
