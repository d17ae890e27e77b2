import type { JobResult } from '@galaxy/ports';
import { z } from 'zod';
import { decodeJobResult, encodeJobResult, jobResultPayload } from './job-result.js';
import type { RawEntry } from './raw-entry.js';
import { notBlankText, strictPayload, UUID } from './strict-payload.js';
import { type Refused, refused, textField, trimWhiteSpace } from './text-field.js';

const NUMBER = /^[1-9][0-9]{0,18}$/;

/** The canonical payload of `runtime:job_outcomes`: the fields of a result, and the names of what it answers. */
export const jobOutcomePayload = z.strictObject({
  ...jobResultPayload.shape,
  job_stream: z.string(),
  job_entry_id: notBlankText,
  op_id: z.string().regex(UUID, 'not a lower-case UUID'),
  number: z.union([z.literal(''), z.string().regex(NUMBER)], 'not a positive number'),
});

/** The fields of one entry of `runtime:job_outcomes`. */
export type JobOutcomePayload = z.infer<typeof jobOutcomePayload>;

/** How one operation ended, with the names of the job or request that asked for it. */
export interface JobOutcome {
  readonly result: JobResult;
  /** The key of the stream that the job came by; empty for a request. */
  readonly jobStream: string;
  /** The job's entry id in that stream; for a request, its id. */
  readonly jobEntryId: string;
  /** The operation's id, a UUID. */
  readonly opId: string;
  /** The result's number among the results of its game on `runtime:job_results`; null when it is not published there. */
  readonly number: bigint | null;
}

export type DecodedJobOutcome = { readonly kind: 'outcome'; readonly outcome: JobOutcome } | Refused;

const NAMES = ['job_stream', 'job_entry_id', 'op_id', 'number'] as const;

/**
 * Encodes an outcome, every field verbatim.
 * @throws InvalidInputError when a field does not match the contract.
 */
export function encodeJobOutcome({ result, jobStream, jobEntryId, opId, number }: JobOutcome): JobOutcomePayload {
  return strictPayload('job outcome', jobOutcomePayload, {
    ...encodeJobResult(result),
    job_stream: jobStream,
    job_entry_id: jobEntryId,
    op_id: opId,
    number: number === null ? '' : String(number),
  });
}

/**
 * Decodes an outcome. As {@link decodeJobResult}; a blank job_entry_id or op_id, and a number that is neither empty nor a positive
 * number are refused as well. Never throws, whatever the bytes are.
 */
export function decodeJobOutcome(entry: RawEntry): DecodedJobOutcome {
  const decoded = decodeJobResult(entry);
  if (decoded.kind === 'refused') return decoded;
  const values = new Map<string, string>();
  for (const name of NAMES) {
    const field = textField(entry, name);
    if (field.kind === 'refused') return field;
    values.set(name, field.value);
  }
  return outcomeOf(decoded.result, (name) => values.get(name) ?? '');
}

function outcomeOf(result: JobResult, value: (name: (typeof NAMES)[number]) => string): DecodedJobOutcome {
  if (trimWhiteSpace(value('job_entry_id')) === '') return refused('missing job_entry_id');
  if (trimWhiteSpace(value('op_id')) === '') return refused('missing op_id');
  const number = value('number');
  if (number !== '' && !NUMBER.test(number)) return refused('invalid number');
  return {
    kind: 'outcome',
    outcome: {
      result,
      jobStream: value('job_stream'),
      jobEntryId: value('job_entry_id'),
      opId: value('op_id'),
      number: number === '' ? null : BigInt(number),
    },
  };
}
