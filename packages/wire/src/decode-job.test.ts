import { Buffer } from 'node:buffer';
import { STOP_REASONS } from '@galaxy/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeJob } from './decode-job.js';
import { decodeJobResult, encodeJobResult } from './job-result.js';
import { rawEntry } from './raw-entry.js';
import { encodeStartJob } from './start-job.js';
import { encodeStopJob } from './stop-job.js';

const RUNS = { numRuns: 10_000 };

const bytes = fc.uint8Array({ maxLength: 40 });
const name = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom('game_id', 'reason', 'image_ref', 'requested_at_ms', 'outcome').map((field) => Buffer.from(field)),
  },
  { weight: 1, arbitrary: bytes },
);
const value = fc.oneof(
  bytes,
  fc.constantFrom('g1', 'cancelled', 'galaxy/engine:1', '5', '', ' ', '9'.repeat(400), 'x'.repeat(300)).map((known) => Buffer.from(known)),
  fc.string({ unit: 'binary' }).map((known) => Buffer.from(known)),
);
const entry = fc.array(fc.tuple(name, value), { maxLength: 20 });
const stream = fc.constantFrom('start_jobs' as const, 'stop_jobs' as const);
const gameId = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,49}[a-z0-9])?$/);
const requestedAtMs = fc.bigInt(0n, 10n ** 18n - 1n);

describe('decodeJob', () => {
  it('gives an answer to any bytes and never throws', () => {
    fc.assert(
      fc.property(stream, entry, (from, fields) => {
        const { job, refusal } = decodeJob(from, fields);
        expect(job === null || job.kind === 'invalid').toBe(refusal !== null);
        if (job?.kind !== 'invalid') return;
        expect(job.message).toBe(refusal);
        expect(Buffer.byteLength(job.gameId)).toBeLessThanOrEqual(256);
        expect(job.gameId).toMatch(/\P{White_Space}/u);
        expect(job.gameId).not.toContain('\u0000');
      }),
      RUNS,
    );
  });

  it('gives back the start job that was encoded', () => {
    fc.assert(
      fc.property(gameId, requestedAtMs, (game, at) => {
        const job = { kind: 'start', gameId: game, imageRef: 'registry.example.com/galaxy/engine:1.4.2', requestedAtMs: at } as const;
        expect(decodeJob('start_jobs', rawEntry(encodeStartJob(job)))).toEqual({ job, refusal: null });
      }),
    );
  });

  it('gives back the stop job that was encoded', () => {
    fc.assert(
      fc.property(gameId, fc.constantFrom(...STOP_REASONS), requestedAtMs, (game, reason, at) => {
        const job = { kind: 'stop', gameId: game, reason, requestedAtMs: at } as const;
        expect(decodeJob('stop_jobs', rawEntry(encodeStopJob(job)))).toEqual({ job, refusal: null });
      }),
    );
  });
});

describe('decodeJobResult', () => {
  it('gives an answer to any bytes and never throws', () => {
    fc.assert(
      fc.property(entry, (fields) => ['result', 'refused'].includes(decodeJobResult(fields).kind)),
      RUNS,
    );
  });

  it('gives back the result that was encoded', () => {
    // A result never has NUL: nothing that carries one gets past decodeJob or into PostgreSQL.
    const text = fc.string({ unit: 'grapheme' }).filter((known) => known.isWellFormed() && !known.includes('\u0000'));
    const result = fc.record({
      gameId: text.filter((known) => /\P{White_Space}/u.test(known)),
      outcome: fc.constantFrom('success' as const, 'failure' as const),
      containerId: text,
      engineEndpoint: text,
      errorCode: text,
      errorMessage: text,
    });
    fc.assert(
      fc.property(result, (known) => {
        expect(decodeJobResult(rawEntry(encodeJobResult(known)))).toEqual({ kind: 'result', result: known });
      }),
    );
  });
});
