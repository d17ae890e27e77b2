import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';
import { ERROR_CODES, parseImageReference, RUNTIME_STATUSES, STOP_REASONS } from '@galaxy/domain';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { z } from 'zod';
import { deadLetterPayload } from './dead-letter.js';
import { healthEventPayload } from './health-event.js';
import { jobOutcomePayload } from './job-outcome.js';
import { jobResultPayload } from './job-result.js';
import { runtimeSnapshotPayload } from './runtime-snapshot.js';
import { IMAGE_REF_PATTERN, startJobPayload } from './start-job.js';
import { stopJobPayload } from './stop-job.js';
import { STREAM_KEYS } from './stream-keys.js';

const contractText = readFileSync(new URL('../../../contracts/runtime-jobs-asyncapi.yaml', import.meta.url), 'utf8');
const contract = parse(contractText) as {
  readonly channels: Readonly<Record<string, { readonly address: string }>>;
  readonly components: { readonly schemas: Readonly<Record<string, { readonly enum?: readonly string[] }>> };
};
const ajv = new Ajv({ strict: true }).addVocabulary(['components']).addSchema({ components: contract.components }, 'contract');

function satisfies(schema: string, payload: unknown): boolean {
  const validate = ajv.getSchema(`contract#/components/schemas/${schema}`);
  if (validate === undefined) throw new Error(`the contract has no schema ${schema}`);
  return validate(payload) === true;
}

// The parser's diagnostics: 0 error, 1 warning, 2 information, 3 hint.
const ERROR_OR_WARNING: readonly number[] = [0, 1];
const RUNS = { numRuns: 2000 };

// Most fields are right, so that many payloads are right as a whole, and many wrong in one place only.
const mostly = (right: fc.Arbitrary<string>, wrong: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 7, arbitrary: right }, { weight: 1, arbitrary: wrong });
const blank = fc.constantFrom('', ' ', '\t', '\u0085', '\u00a0', '\u2028', '\u3000', '\ufeff', '\u200b', '\n');
const anyText = fc.oneof(blank, fc.string(), fc.string({ unit: 'binary' }));
const text = mostly(fc.string({ minLength: 1 }), anyText);
const numbers = fc.oneof(
  fc.bigInt(-10n, 10n ** 19n).map(String),
  fc.constantFrom('', '00', '01', '-0', '+1', '1e3', '1.0', ' 1', '9'.repeat(9), '9'.repeat(10), '9'.repeat(18), '9'.repeat(19)),
);
const time = mostly(fc.bigInt(0n, 10n ** 18n - 1n).map(String), numbers);
const count = mostly(fc.nat(999_999_999).map(String), numbers);
const gameId = mostly(
  fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,49}[a-z0-9])?$/),
  fc.oneof(fc.stringMatching(/^[a-z0-9-]{0,55}$/), fc.constantFrom('a-', '-a', 'A', 'a\n', 'a'.repeat(51), 'a'.repeat(52)), anyText),
);
const oneOf = (known: readonly string[]) => mostly(fc.constantFrom(...known), fc.oneof(fc.constantFrom('other', ' running'), anyText));
const uuid = mostly(
  fc.uuid(),
  fc.oneof(
    fc.uuid().map((id) => id.toUpperCase()),
    fc.constantFrom('', '0'.repeat(32)),
    anyText,
  ),
);
const laneNumber = mostly(fc.oneof(fc.constant(''), fc.bigInt(1n, 2n ** 63n - 1n).map(String)), numbers);
const json = fc.constantFrom('[["YQ==","YQ=="]]', '{"a":"\u2028\\n"}', '[]', '{}', '', '[', 'null', '{}\n', '[\n]', ' []');

const component = mostly(
  fc.stringMatching(/^[a-z0-9]{1,4}([._-][a-z0-9]{1,3}){0,2}$/),
  fc.oneof(
    fc.stringMatching(/^[a-z0-9]{1,4}([._-]{0,3}[a-zA-Z0-9]{1,3}){0,2}$/),
    fc.constantFrom('localhost', 'a.b', 'A', 'a:5000', 'a.b:5', 'a:', 'a--b', 'a__b', 'a_.b', 'a_b.c', 'a..b', '', 'docker.io', 'a:123456'),
  ),
);
const tag = mostly(fc.constantFrom(':1', ':1.4.2', ':_x'), fc.constantFrom('', ':', ':-1', `:${'t'.repeat(128)}`, `:${'t'.repeat(129)}`));
const digest = fc.constantFrom(
  ...['', `@sha256:${'0'.repeat(64)}`, `@sha512:${'a'.repeat(128)}`, '@sha256:0', `@sha256:${'A'.repeat(64)}`, '@'],
);
const imageRef = fc
  .tuple(fc.array(component, { minLength: 1, maxLength: 3 }), tag, mostly(fc.constant(''), digest))
  .map(([path, version, hash]) => path.join('/') + version + hash);

/** Every message: its schema in the YAML, its strict check here, and near-valid values of its fields. */
const MESSAGES: { schema: string; file: string; strict: z.ZodType; fields: Record<string, fc.Arbitrary<string>> }[] = [
  {
    schema: 'RuntimeStartJobPayload',
    file: 'start-jobs',
    strict: startJobPayload,
    fields: { game_id: gameId, image_ref: imageRef, requested_at_ms: time },
  },
  {
    schema: 'RuntimeStopJobPayload',
    file: 'stop-jobs',
    strict: stopJobPayload,
    fields: { game_id: gameId, reason: oneOf(STOP_REASONS), requested_at_ms: time },
  },
  {
    schema: 'RuntimeJobResultPayload',
    file: 'job-results',
    strict: jobResultPayload,
    fields: {
      game_id: text,
      outcome: oneOf(['success', 'failure']),
      container_id: text,
      engine_endpoint: text,
      error_code: text,
      error_message: text,
    },
  },
  {
    schema: 'RuntimeJobOutcomePayload',
    file: 'job-outcomes',
    strict: jobOutcomePayload,
    fields: {
      game_id: text,
      outcome: oneOf(['success', 'failure']),
      container_id: text,
      engine_endpoint: text,
      error_code: text,
      error_message: text,
      job_stream: text,
      job_entry_id: text,
      op_id: uuid,
      number: laneNumber,
    },
  },
  {
    schema: 'RuntimeDeadLetterPayload',
    file: 'dead-letters',
    strict: deadLetterPayload,
    fields: {
      source_stream: text,
      source_entry_id: text,
      error_code: oneOf(ERROR_CODES),
      error_message: text,
      raw: json,
      attempts: count,
      failed_at_ms: time,
    },
  },
  {
    schema: 'RuntimeHealthEventPayload',
    file: 'health-events',
    strict: healthEventPayload,
    fields: {
      game_id: text,
      event: mostly(fc.stringMatching(/^[a-z][a-z0-9_]{0,63}$/), fc.stringMatching(/^[a-z][a-z0-9_-]{0,70}$/)),
      runtime_status: oneOf(RUNTIME_STATUSES),
      container_id: text,
      details: json,
      occurred_at_ms: time,
    },
  },
  {
    schema: 'RuntimeSnapshotPayload',
    file: 'snapshots',
    strict: runtimeSnapshotPayload,
    fields: {
      game_id: text,
      runtime_status: oneOf(RUNTIME_STATUSES),
      current_turn: count,
      engine_version: text,
      paused: oneOf(['true', 'false']),
      container_id: text,
      occurred_at_ms: time,
    },
  },
];

/** A payload that is right but for what its fields' values, a missing, an added or a wrongly typed field make wrong. */
function nearValid(fields: Record<string, fc.Arbitrary<string>>): fc.Arbitrary<Record<string, unknown>> {
  const whole: fc.Arbitrary<Record<string, unknown>> = fc.record(fields);
  const names = Object.keys(fields);
  return fc.oneof(
    { weight: 8, arbitrary: whole },
    { weight: 1, arbitrary: fc.tuple(whole, fc.constantFrom(...names)).map(([payload, name]) => without(payload, name)) },
    { weight: 1, arbitrary: fc.tuple(whole, fc.constantFrom('extra', '')).map(([payload, name]) => ({ ...payload, [name]: '' })) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(whole, fc.constantFrom(...names), fc.constantFrom(1, null, true, []))
        .map(([payload, name, value]) => ({ ...payload, [name]: value })),
    },
  );
}

const without = (payload: Record<string, unknown>, name: string) =>
  Object.fromEntries(Object.entries(payload).filter(([field]) => field !== name));

describe('contracts/runtime-jobs-asyncapi.yaml', () => {
  it('is valid AsyncAPI', async () => {
    const { document, diagnostics } = await new Parser().parse(contractText);
    expect(diagnostics.filter((found) => ERROR_OR_WARNING.includes(found.severity)).map((found) => found.message)).toEqual([]);
    expect(document?.operations().length).toBe(7);
  });

  it('names the keys and lists that the code has', () => {
    const addresses = Object.fromEntries(Object.entries(contract.channels).map(([name, channel]) => [name, channel.address]));
    expect(addresses).toEqual(STREAM_KEYS);
    expect(contract.components.schemas['RuntimeStatus']?.enum).toEqual(RUNTIME_STATUSES);
    for (const code of ERROR_CODES) expect(contractText).toContain(`\`${code}\``);
  });

  it.each(MESSAGES)('$schema: a payload satisfies it if and only if the strict encoder accepts it', ({ schema, strict, fields }) => {
    const seen = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(nearValid(fields), (payload) => {
        const accepted = strict.safeParse(payload).success;
        seen[accepted ? 'accepted' : 'refused'] += 1;
        expect(satisfies(schema, payload)).toBe(accepted);
      }),
      RUNS,
    );
    expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(100);
  });

  it('takes exactly the image references that the domain takes, but for the length of the full name', () => {
    fc.assert(
      fc.property(imageRef, (ref) => {
        expect(IMAGE_REF_PATTERN.test(ref)).toBe(parseImageReference(ref).kind === 'valid');
      }),
      { numRuns: 20_000 },
    );
    const longName = `${'a/'.repeat(127)}ab:1`;
    expect(parseImageReference(longName).kind).toBe('malformed');
    expect(IMAGE_REF_PATTERN.test(longName)).toBe(true);
  });
});

/** What a file of vectors says about its entries, as far as schemas go. */
interface Vector {
  readonly name: string;
  readonly fields: readonly (readonly [unknown, unknown])[];
  readonly canonical: boolean;
}

/** The entry as a payload; null when it has bytes that are no text, or a field twice. */
function payloadOf({ fields }: Vector): unknown {
  const isText = fields.flat().every((value) => typeof value === 'string');
  return isText && new Set(fields.map(([name]) => name)).size === fields.length ? Object.fromEntries(fields) : null;
}

describe.each(MESSAGES)('contracts/vectors/$file.json: "canonical" is what $schema says of', ({ schema, file, strict }) => {
  const text = readFileSync(new URL(`../../../contracts/vectors/${file}.json`, import.meta.url), 'utf8');
  it.each((JSON.parse(text) as { entries: Vector[] }).entries)('$name', (vector) => {
    expect(satisfies(schema, payloadOf(vector))).toBe(vector.canonical);
    expect(strict.safeParse(payloadOf(vector)).success).toBe(vector.canonical);
  });
});
