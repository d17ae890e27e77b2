import type { JobResult } from '@galaxy/ports';
import { JOB_OUTCOMES } from '@galaxy/ports';
import { z } from 'zod';
import type { RawEntry } from './raw-entry.js';
import { notBlankText, strictPayload } from './strict-payload.js';
import type { Refused } from './text-field.js';
import { refused, textField, trimWhiteSpace } from './text-field.js';

/** The canonical payload of `runtime:job_results`: six fields, always, and no others. */
export const jobResultPayload = z.strictObject({
  game_id: notBlankText,
  outcome: z.enum(JOB_OUTCOMES),
  container_id: z.string(),
  engine_endpoint: z.string(),
  error_code: z.string(),
  error_message: z.string(),
});

/** The fields of one entry of `runtime:job_results`. */
export type JobResultPayload = z.infer<typeof jobResultPayload>;

export type DecodedJobResult = { readonly kind: 'result'; readonly result: JobResult } | Refused;

const FIELDS = ['game_id', 'outcome', 'container_id', 'engine_endpoint', 'error_code', 'error_message'] as const;

/**
 * Encodes a result, every field verbatim.
 * @throws InvalidInputError when the game id is blank or the outcome unknown.
 */
export function encodeJobResult(result: JobResult): JobResultPayload {
  return strictPayload('job result', jobResultPayload, {
    game_id: result.gameId,
    outcome: result.outcome,
    container_id: result.containerId,
    engine_endpoint: result.engineEndpoint,
    error_code: result.errorCode,
    error_message: result.errorMessage,
  });
}

/**
 * Decodes a result. Values are not trimmed, a missing field is empty, unknown fields are ignored; a blank game id and an unknown
 * outcome are refused. Never throws, whatever the bytes are.
 */
export function decodeJobResult(entry: RawEntry): DecodedJobResult {
  const values = new Map<string, string>();
  for (const name of FIELDS) {
    const field = textField(entry, name);
    if (field.kind === 'refused') return field;
    values.set(name, field.value);
  }
  return resultOf((name) => values.get(name) ?? '');
}

function resultOf(value: (name: (typeof FIELDS)[number]) => string): DecodedJobResult {
  if (trimWhiteSpace(value('game_id')) === '') return refused('missing game_id');
  const outcome = JOB_OUTCOMES.find((known) => known === value('outcome'));
  if (outcome === undefined) return refused('unsupported outcome');
  return {
    kind: 'result',
    result: {
      gameId: value('game_id'),
      outcome,
      containerId: value('container_id'),
      engineEndpoint: value('engine_endpoint'),
      errorCode: value('error_code'),
      errorMessage: value('error_message'),
    },
  };
}
