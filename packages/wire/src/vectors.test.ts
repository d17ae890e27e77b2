import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeJob } from './decode-job.js';
import { decodeJobOutcome } from './job-outcome.js';
import { decodeJobResult } from './job-result.js';
import type { RawEntry } from './raw-entry.js';

/** Text, other bytes, or much of the same, as contracts/README.md explains. */
type VectorValue = string | { base64: string } | { repeat: string; times: number };

/** One entry of contracts/vectors/*.json. */
interface Vector {
  readonly name: string;
  readonly fields: readonly (readonly [VectorValue, VectorValue])[];
  readonly decoded?: Readonly<Record<string, string>>;
  readonly refusal?: string;
  readonly answer?: string | null;
}

/** The entries of one file of contracts/vectors. */
function vectorsOf(file: string): readonly Vector[] {
  const text = readFileSync(new URL(`../../../contracts/vectors/${file}.json`, import.meta.url), 'utf8');
  return (JSON.parse(text) as { entries: Vector[] }).entries;
}

/** The entry as Redis would hold it. */
function rawEntryOf(vector: Vector): RawEntry {
  return vector.fields.map(([name, value]) => [bytesOf(name), bytesOf(value)] as const);
}

function bytesOf(value: VectorValue): Uint8Array {
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  return 'base64' in value ? Buffer.from(value.base64, 'base64') : Buffer.from(value.repeat.repeat(value.times), 'utf8');
}

const JOBS = [
  { file: 'start-jobs', stream: 'start_jobs', of: 'start' },
  { file: 'stop-jobs', stream: 'stop_jobs', of: 'stop' },
] as const;

/** What decoding a job entry must give, from the vector's own words. */
function expectedJob(vector: Vector, of: 'start' | 'stop'): unknown {
  const { decoded, refusal, answer } = vector;
  if (decoded === undefined) {
    const job = typeof answer === 'string' ? { kind: 'invalid', of, gameId: answer, message: refusal } : null;
    return { job, refusal };
  }
  const own = of === 'start' ? { imageRef: decoded['image_ref'] } : { reason: decoded['reason'] };
  const job = { kind: of, gameId: decoded['game_id'], ...own, requestedAtMs: BigInt(decoded['requested_at_ms'] ?? '') };
  return { job, refusal: null };
}

for (const { file, stream, of } of JOBS) {
  describe(`contracts/vectors/${file}.json`, () => {
    it.each(vectorsOf(file))('$name', (vector) => {
      expect(decodeJob(stream, rawEntryOf(vector))).toEqual(expectedJob(vector, of));
    });
  });
}

/** The result that decoding an entry must give. */
function expectedResult({ decoded }: Vector): unknown {
  return {
    gameId: decoded?.['game_id'],
    outcome: decoded?.['outcome'],
    containerId: decoded?.['container_id'],
    engineEndpoint: decoded?.['engine_endpoint'],
    errorCode: decoded?.['error_code'],
    errorMessage: decoded?.['error_message'],
  };
}

describe('contracts/vectors/job-results.json', () => {
  it.each(vectorsOf('job-results'))('$name', (vector) => {
    const decoded = decodeJobResult(rawEntryOf(vector));
    if (decoded.kind === 'refused') expect(decoded.refusal).toBe(vector.refusal);
    else expect(decoded.result).toEqual(expectedResult(vector));
  });
});

describe('contracts/vectors/job-outcomes.json', () => {
  it.each(vectorsOf('job-outcomes'))('$name', (vector) => {
    const decoded = decodeJobOutcome(rawEntryOf(vector));
    const number = vector.decoded?.['number'];
    if (decoded.kind === 'refused') expect(decoded.refusal).toBe(vector.refusal);
    else
      expect(decoded.outcome).toEqual({
        result: expectedResult(vector),
        jobStream: vector.decoded?.['job_stream'],
        jobEntryId: vector.decoded?.['job_entry_id'],
        opId: vector.decoded?.['op_id'],
        number: number === '' ? null : BigInt(number ?? ''),
      });
  });
});
