import { expect, it } from 'vitest';
import { requestHash } from './request-hash.js';

const stop = { kind: 'stop', gameId: 'alpha', reason: 'timeout', requestedAtMs: 1n } as const;

it('is the same for a job that is sent again later, in whatever order its fields are', () => {
  const again = { requestedAtMs: 99n, reason: 'timeout', gameId: 'alpha', kind: 'stop' } as const;
  expect(requestHash(again)).toBe(requestHash(stop));
});

it('differs with every other field', () => {
  const others = [
    { ...stop, gameId: 'beta' },
    { ...stop, reason: 'finished' } as const,
    { kind: 'start', gameId: 'alpha', imageRef: 'timeout', requestedAtMs: 1n } as const,
  ];
  expect(new Set([stop, ...others].map(requestHash)).size).toBe(4);
});

it('stays what it is from version to version: names of requests are kept for as long as the log', () => {
  expect(requestHash(stop)).toMatchInlineSnapshot(`"7d45a1199afb2e005af13a4c2ee8e6d15e155d371f68d694eecc2cd7f1b86607"`);
});
