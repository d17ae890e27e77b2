import { RECONCILE_VERDICTS, type RuntimeJob, STOP_REASONS } from '@galaxy/domain';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { loadJob, storeJob } from './stored-job.js';

const gameId = fc.string({ unit: 'binary' });
const requestedAtMs = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const job: fc.Arbitrary<RuntimeJob> = fc.oneof(
  fc.record({ kind: fc.constant('start' as const), gameId, imageRef: fc.string(), requestedAtMs }),
  fc.record({ kind: fc.constant('stop' as const), gameId, reason: fc.constantFrom(...STOP_REASONS), requestedAtMs }),
  fc.record({
    kind: fc.constant('invalid' as const),
    of: fc.constantFrom('start' as const, 'stop' as const),
    gameId,
    message: fc.string(),
  }),
  fc.record({
    kind: fc.constant('reconcile' as const),
    gameId,
    verdict: fc.constantFrom(...RECONCILE_VERDICTS),
    orphans: fc.array(fc.string()),
    reason: fc.string(),
  }),
);
const throughJson = (job: RuntimeJob): unknown => JSON.parse(JSON.stringify(storeJob(job)));

it('gives every job back as it was', () => {
  fc.assert(
    fc.property(job, (job) => {
      expect(loadJob(throughJson(job))).toEqual(job);
    }),
  );
});

it('knows no job in anything else, and throws at nothing', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(loadJob(value)).toBeNull();
    }),
  );
});

it('knows no job without one of its fields, or with one of another type', () => {
  const broken = fc.tuple(job, fc.nat(), fc.constantFrom(undefined, null, 7, ['text', 7], {})).map(([job, n, wrong]) => {
    const stored = throughJson(job) as Record<string, unknown>;
    const names = Object.keys(stored);
    return { ...stored, [names[n % names.length] ?? 'kind']: wrong };
  });
  fc.assert(
    fc.property(broken, (stored) => {
      expect(loadJob(stored)).toBeNull();
    }),
  );
});
