import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasPatch, patchedRecord, recordPatch } from './record-patch.js';
import { RUNTIME_HEALTHS } from './runtime-health.js';
import { newRuntimeRecord, type RuntimeRecord } from './runtime-record.js';
import { RUNTIME_STATUSES } from './runtime-status.js';

const T0 = new Date('2026-01-01T00:00:00Z');
const base = newRuntimeRecord({ gameId: 'g1', imageRef: 'galaxy/engine:1.0', status: 'starting', now: T0 });

const texts = fc.option(fc.constantFrom('a', 'b'));
// A new object every time, so that times are compared by value.
const times = fc.option(fc.constantFrom(0, 1).map((ms) => new Date(ms)));
const records: fc.Arbitrary<RuntimeRecord> = fc.record({
  gameId: fc.constant('g1'),
  status: fc.constantFrom(...RUNTIME_STATUSES),
  currentContainerId: texts,
  currentImageRef: fc.constantFrom('a', 'b'),
  engineEndpoint: fc.constantFrom('a', 'b'),
  paused: fc.boolean(),
  createdAt: fc.constant(T0),
  startedAt: times,
  stoppedAt: times,
  removedAt: times,
  lastOpAt: fc.constantFrom(0, 1).map((ms) => new Date(ms)),
  version: fc.nat(),
  imageId: texts,
  imageDigest: texts,
  engineVersion: texts,
  currentTurn: fc.option(fc.constantFrom(0, 1)),
  nextTurnAt: times,
  health: fc.constantFrom(...RUNTIME_HEALTHS),
  lastError: texts,
});

describe('recordPatch', () => {
  it('has the changed fields, as they become, and no others', () => {
    const after = { ...base, status: 'running', startedAt: new Date(1), currentContainerId: 'c1', lastOpAt: new Date(T0) } as const;
    expect(recordPatch(base, after)).toEqual({ status: 'running', startedAt: new Date(1), currentContainerId: 'c1' });
    expect(recordPatch(after, { ...after, startedAt: null })).toEqual({ startedAt: null });
  });

  it('never has what identifies a record, nor its version', () => {
    expect(recordPatch(base, { ...base, gameId: 'g2', createdAt: new Date(1), version: 9 })).toEqual({});
  });

  it('makes of the one record the other, and raises the version once', () => {
    fc.assert(
      fc.property(records, records, (before, after) => {
        const patch = recordPatch(before, after);
        const version = before.version + (Object.keys(patch).length === 0 ? 0 : 1);
        expect(patchedRecord(Object.freeze({ ...before }), patch)).toEqual({ ...after, version });
        expect(hasPatch(after, patch)).toBe(true);
        expect(hasPatch(before, patch)).toBe(Object.keys(patch).length === 0);
      }),
    );
  });

  it('leaves alone what somebody else changed meanwhile', () => {
    fc.assert(
      fc.property(records, records, records, (before, after, other) => {
        const [mine, theirs] = [recordPatch(before, after), recordPatch(before, other)];
        const both = patchedRecord(patchedRecord(before, theirs), mine);
        expect(hasPatch(both, mine)).toBe(true);
        expect(hasPatch(both, Object.fromEntries(Object.entries(theirs).filter(([field]) => !(field in mine))))).toBe(true);
      }),
    );
  });
});
