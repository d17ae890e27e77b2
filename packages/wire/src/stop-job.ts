import type { StopJob } from '@galaxy/domain';
import { GAME_ID_PATTERN, parseStopReason, STOP_REASONS } from '@galaxy/domain';
import { z } from 'zod';
import type { RawEntry } from './raw-entry.js';
import { requestedAtMs } from './requested-at.js';
import { strictPayload, timestampText } from './strict-payload.js';
import type { Refused } from './text-field.js';
import { refused, trimmedField } from './text-field.js';

const MAX_QUOTED = 64;

/** The canonical payload of `runtime:stop_jobs`. */
export const stopJobPayload = z.strictObject({
  game_id: z.string().regex(GAME_ID_PATTERN, 'not a game id'),
  reason: z.enum(STOP_REASONS),
  requested_at_ms: timestampText,
});

/** The fields of one entry of `runtime:stop_jobs`. */
export type StopJobPayload = z.infer<typeof stopJobPayload>;

/**
 * Encodes a stop job in canonical form.
 * @throws InvalidInputError when a field does not match the contract; the message distinguishes an empty from an unknown reason.
 */
export function encodeStopJob(job: Omit<StopJob, 'kind'>): StopJobPayload {
  return strictPayload('stop job', stopJobPayload, {
    game_id: job.gameId,
    reason: job.reason,
    requested_at_ms: String(job.requestedAtMs),
  });
}

/** Decodes the fields of a stop job other than its game id. */
export function decodeStopJob(gameId: string, entry: RawEntry): StopJob | Refused {
  const field = trimmedField(entry, 'reason');
  if (field.kind === 'refused') return field;
  const reason = parseStopReason(field.value);
  if (reason.kind === 'empty') return refused('missing reason');
  if (reason.kind === 'unknown') return refused(`unsupported reason ${JSON.stringify(shortened(reason.value))}`);
  const requestedAt = requestedAtMs(entry);
  if (requestedAt.kind === 'refused') return requestedAt;
  return { kind: 'stop', gameId, reason: reason.reason, requestedAtMs: requestedAt.value };
}

// Cuts between characters: half of a surrogate pair is not valid text.
function shortened(value: string): string {
  return value.length > MAX_QUOTED ? `${value.slice(0, MAX_QUOTED).replace(/[\uD800-\uDBFF]$/, '')}…` : value;
}
