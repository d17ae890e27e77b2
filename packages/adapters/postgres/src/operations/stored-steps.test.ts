import { OPERATION_TRAITS, RUNTIME_STATUSES } from '@galaxy/domain';
import type { OperationProgress } from '@galaxy/manager-ports';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { loadProgress, storeProgress } from './stored-steps.js';

const previous = { status: 'stopped', containerId: 'c1', imageRef: 'a/b:1' } as const;
const REPLACING: OperationProgress = { op: 'start', step: 'replacing', previous, containerId: null };

it('every progress comes back as it was stored', () => {
  const before = fc.record({ status: fc.constantFrom(...RUNTIME_STATUSES), containerId: fc.option(fc.string()), imageRef: fc.string() });
  const progress = fc.record({
    op: fc.constant('start' as const),
    step: fc.constantFrom(...OPERATION_TRAITS.start.steps),
    previous: fc.option(before),
    containerId: fc.option(fc.string()),
  });
  fc.assert(
    fc.property(progress, fc.integer({ min: 1 }), (one, attempt) => {
      const stored: unknown = JSON.parse(JSON.stringify(storeProgress(one, attempt)));
      expect(loadProgress('start', stored as ReturnType<typeof storeProgress>, attempt)).toEqual(one);
    }),
  );
});

it('a step that the version before recorded is read from its own columns, whatever was there before', () => {
  const stale = storeProgress(REPLACING, 1);
  const written = { ...stale, step: 'created', containerId: 'c2' };
  const created = { ...REPLACING, step: 'created', containerId: 'c2' };
  expect(loadProgress('start', { ...written, data: null }, 2)).toEqual(created);
  expect(loadProgress('start', written, 2)).toEqual(created);
});

it('what is no step of a known form is not read', () => {
  const stored = storeProgress(REPLACING, 1);
  expect(loadProgress('stop', stored, 1)).toBeNull();
  expect(loadProgress('start', { ...stored, step: 'rolling_back' }, 1)).toBeNull();
  for (const data of [
    { attempt: 1 },
    { attempt: 1, previous: null, containerId: 7 },
    { attempt: 1, previous: { status: 'odd' }, containerId: null },
  ])
    expect(loadProgress('start', { ...stored, data }, 1)).toBeNull();
});
