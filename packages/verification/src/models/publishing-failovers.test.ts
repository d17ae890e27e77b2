import { expect, it } from 'vitest';
import { explore } from './explore.js';
import { ALL_PUBLISHING_GUARDS, type PublishingInjections, type PublishingScope } from './publishing/state.js';
import { publishingModel } from './publishing-model.js';

const NONE: PublishingInjections = { failovers: 0, flushes: 0, splits: 0, lostReplies: 0, deaths: 0 };

interface Scenario {
  readonly scope: PublishingScope;
  readonly injections: Partial<PublishingInjections>;
}

// The largest explorations. They have a file of their own, so that they run beside the others.
it.each<Scenario>([
  { scope: { results: 2, workers: 2 }, injections: { failovers: 1, lostReplies: 1 } },
  { scope: { results: 2, workers: 2 }, injections: { failovers: 2 } },
  { scope: { results: 2, workers: 2 }, injections: { failovers: 1, splits: 1 } },
  { scope: { results: 2, workers: 1 }, injections: { failovers: 1, splits: 1, deaths: 1 } },
])(
  'publishing keeps its promises: $scope with $injections',
  ({ scope, injections }) => {
    expect(explore(publishingModel(scope, { ...NONE, ...injections }, ALL_PUBLISHING_GUARDS), 2_000_000).violation).toBeNull();
  },
  120_000,
);
