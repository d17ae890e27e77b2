import { newRuntimeRecord, RUNTIME_HEALTHS, RUNTIME_STATUSES, type RuntimeRecord } from '@galaxy/domain';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from './faults.js';
import { validateRuntimeRecord } from './validate-runtime-record.js';

const T0 = new Date('2026-01-01T00:00:00Z');
const fine = newRuntimeRecord({ gameId: 'g1', imageRef: 'galaxy/engine:1.0', status: 'starting', now: T0 });
const never = new Date(Number.NaN);

// One wrong record for each check, in the order of the checks.
const CHECKS: readonly (readonly [message: string, wrong: Partial<RuntimeRecord>])[] = [
  ['game id must not be empty', { gameId: ' \t\u0085' }],
  ['status "stopping" is unsupported', { status: 'stopping' as 'stopped' }],
  ['current image ref must not be empty', { currentImageRef: '' }],
  ['engine endpoint must not be empty', { engineEndpoint: '\u3000' }],
  ['current container id must be null or not empty', { currentContainerId: '' }],
  ['createdAt must be a valid time', { createdAt: never }],
  ['startedAt must be a valid time', { startedAt: never }],
  ['stoppedAt must be a valid time', { stoppedAt: never }],
  ['removedAt must be a valid time', { removedAt: never }],
  ['lastOpAt must be a valid time', { lastOpAt: never }],
  ['nextTurnAt must be a valid time', { nextTurnAt: never }],
  ['version must be a whole number from 1', { version: 0 }],
  ['health "ill" is unsupported', { health: 'ill' as 'unhealthy' }],
  ['current turn must be null or a whole number from 0', { currentTurn: -1 }],
  ['last error must be one line', { lastError: 'one\u2028two' }],
  ['imageDigest is not well-formed Unicode without NUL', { imageDigest: '\ud800' }],
];

function refusalOf(record: RuntimeRecord): unknown {
  try {
    validateRuntimeRecord(record);
  } catch (error) {
    return error;
  }
  return null;
}

const dates = fc.date({ noInvalidDate: false });
const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', ' ', '\u0085', '\ufeff', 'a\nb', 'a\u0000', '\udfff'));
const counts = fc.oneof(fc.integer({ min: -1, max: 3 }), fc.constantFrom(0.5, Number.NaN, 2 ** 60));
const anything: fc.Arbitrary<RuntimeRecord> = fc.record({
  gameId: texts,
  status: fc.constantFrom(...RUNTIME_STATUSES, 'stopping' as 'stopped'),
  currentContainerId: fc.option(texts),
  currentImageRef: texts,
  engineEndpoint: texts,
  paused: fc.boolean(),
  createdAt: dates,
  startedAt: fc.option(dates),
  stoppedAt: fc.option(dates),
  removedAt: fc.option(dates),
  lastOpAt: dates,
  version: counts,
  imageId: fc.option(texts),
  imageDigest: fc.option(texts),
  engineVersion: fc.option(texts),
  currentTurn: fc.option(counts),
  nextTurnAt: fc.option(dates),
  health: fc.constantFrom(...RUNTIME_HEALTHS, 'ill' as 'unhealthy'),
  lastError: fc.option(texts),
});
// Mostly right: any record with few of its fields replaced.
const almostFine = fc
  .tuple(anything, fc.subarray(Object.keys(fine) as (keyof RuntimeRecord)[], { maxLength: 2 }))
  .map(([other, fields]) => ({ ...fine, ...Object.fromEntries(fields.map((field) => [field, other[field]])) }));

const isCount = (value: number, least: number) => Number.isSafeInteger(value) && value >= least;
const isShown = (text: string) => text.replaceAll(/\p{White_Space}/gu, '') !== '';

/** The same rules, written another way: by what is fine. */
function isFine(record: RuntimeRecord): boolean {
  const { gameId, status, currentContainerId, currentImageRef, engineEndpoint, version, health, currentTurn, lastError } = record;
  const values: readonly unknown[] = Object.values(record);
  const rules = [
    [gameId, currentImageRef, engineEndpoint, currentContainerId ?? 'none'].every(isShown),
    RUNTIME_STATUSES.includes(status),
    RUNTIME_HEALTHS.includes(health),
    status !== 'removed' || currentContainerId === null,
    values.every((value) => !(value instanceof Date) || !Number.isNaN(value.getTime())),
    values.every((value) => typeof value !== 'string' || (value.toWellFormed() === value && !value.includes('\0'))),
    isCount(version, 1),
    isCount(currentTurn ?? 0, 0),
    (lastError ?? '').split(/\r|\n|\v|\f|\u0085|\u2028|\u2029/).length === 1,
  ];
  return rules.every(Boolean);
}

describe('validateRuntimeRecord', () => {
  it.each(CHECKS)('refuses: %s', (message, wrong) => {
    const refusal = refusalOf({ ...fine, ...wrong });
    expect(refusal).toBeInstanceOf(InvalidInputError);
    expect(refusal).toMatchObject({ code: 'invalid_input', retryable: false, message: `runtime record: ${message}` });
  });

  it('refuses a removed runtime that names a container', () => {
    const message = 'runtime record: a removed runtime has no current container';
    expect(refusalOf({ ...fine, status: 'removed', currentContainerId: 'c1' })).toMatchObject({ message });
  });

  it('names the first field that is wrong', () => {
    for (const [at, [message]] of CHECKS.entries()) {
      const wrong = CHECKS.slice(at).reduce<RuntimeRecord>((record, [, changes]) => ({ ...record, ...changes }), fine);
      expect(refusalOf(wrong)).toMatchObject({ message: `runtime record: ${message}` });
    }
  });

  it('lets through what is fine, and only that', () => {
    fc.assert(
      fc.property(fc.oneof(anything, almostFine), (record) => {
        expect(refusalOf(record) === null).toBe(isFine(record));
      }),
      { numRuns: 1000 },
    );
  });
});
