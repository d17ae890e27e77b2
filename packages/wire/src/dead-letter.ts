import type { DeadLetter } from '@galaxy/domain';
import { z } from 'zod';
import { countText, notBlankText, strictPayload, timestampText } from './strict-payload.js';

/** The canonical payload of `runtime:dead_letters`. */
export const deadLetterPayload = z.strictObject({
  source_stream: notBlankText,
  source_entry_id: notBlankText,
  error_code: notBlankText,
  error_message: z.string(),
  raw: z.string().regex(/^\[[\s\S]*\]$/, 'not a JSON array'),
  attempts: countText,
  failed_at_ms: timestampText,
});

/** The fields of one entry of `runtime:dead_letters`. */
export type DeadLetterPayload = z.infer<typeof deadLetterPayload>;

/**
 * Encodes a dead letter.
 * @throws InvalidInputError when a field does not match the contract.
 */
export function encodeDeadLetter(letter: DeadLetter): DeadLetterPayload {
  return strictPayload('dead letter', deadLetterPayload, {
    source_stream: letter.sourceStream,
    source_entry_id: letter.sourceEntryId,
    error_code: letter.errorCode,
    error_message: letter.errorMessage,
    raw: letter.raw,
    attempts: String(letter.attempts),
    failed_at_ms: String(letter.failedAtMs),
  });
}
