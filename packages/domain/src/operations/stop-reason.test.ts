import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStopReason, STOP_REASONS } from './stop-reason.js';

describe('parseStopReason', () => {
  it.each(['orphan_cleanup', 'cancelled', 'finished', 'admin_request', 'timeout'])('knows %s', (reason) => {
    expect(parseStopReason(reason)).toEqual({ kind: 'known', reason });
  });

  it('knows five reasons', () => {
    expect(STOP_REASONS).toHaveLength(5);
  });

  it('tells an empty reason from an unknown one', () => {
    expect(parseStopReason('')).toEqual({ kind: 'empty' });
    expect(parseStopReason('because')).toEqual({ kind: 'unknown', value: 'because' });
  });

  it.each([' ', ' cancelled', 'cancelled\n', 'CANCELLED', 'canceled', 'orphan-cleanup', 'toString', '__proto__'])(
    'takes %j as it is',
    (value) => {
      expect(parseStopReason(value)).toEqual({ kind: 'unknown', value });
    },
  );

  it('is total', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)) }), (value) => {
        const check = parseStopReason(value);
        expect(check.kind === 'known').toBe((STOP_REASONS as readonly string[]).includes(value));
      }),
    );
  });
});
