import type { StartJob } from '@galaxy/domain';
import { GAME_ID_PATTERN } from '@galaxy/domain';
import { z } from 'zod';
import type { RawEntry } from './raw-entry.js';
import { requestedAtMs } from './requested-at.js';
import { strictPayload, timestampText } from './strict-payload.js';
import type { Refused } from './text-field.js';
import { requiredField } from './text-field.js';

// The grammar of https://pkg.go.dev/github.com/distribution/reference without look-ahead, so that Go's regexp accepts it too.
// A first component with a dot is a registry, which has no underscores; any other first component may be part of the path.
const PART = '[a-z0-9]+(?:(?:_|__|-+)[a-z0-9]+)*';
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const HOST = `${LABEL}(?:\\.${LABEL})*(?::[0-9]{1,5})?`;
const TAG = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}';
const DIGEST = '(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})';
const NAME = `(?:${COMPONENT}|(?:${HOST}|${PART})/${COMPONENT}(?:/${COMPONENT})*)`;

/** An image reference on the wire: a name, and a tag or a digest or both. */
export const IMAGE_REF_PATTERN = new RegExp(`^${NAME}(?::${TAG}(?:@${DIGEST})?|@${DIGEST})$`);

/** The canonical payload of `runtime:start_jobs`. */
export const startJobPayload = z.strictObject({
  game_id: z.string().regex(GAME_ID_PATTERN, 'not a game id'),
  image_ref: z.string().max(512).regex(IMAGE_REF_PATTERN, 'not an image reference with a tag or digest'),
  requested_at_ms: timestampText,
});

/** The fields of one entry of `runtime:start_jobs`. */
export type StartJobPayload = z.infer<typeof startJobPayload>;

/**
 * Encodes a start job in canonical form.
 * @throws InvalidInputError when a field does not match the contract.
 */
export function encodeStartJob(job: Omit<StartJob, 'kind'>): StartJobPayload {
  return strictPayload('start job', startJobPayload, {
    game_id: job.gameId,
    image_ref: job.imageRef,
    requested_at_ms: String(job.requestedAtMs),
  });
}

/** Decodes the fields of a start job other than its game id. */
export function decodeStartJob(gameId: string, entry: RawEntry): StartJob | Refused {
  const imageRef = requiredField(entry, 'image_ref');
  if (imageRef.kind === 'refused') return imageRef;
  const requestedAt = requestedAtMs(entry);
  if (requestedAt.kind === 'refused') return requestedAt;
  return { kind: 'start', gameId, imageRef: imageRef.value, requestedAtMs: requestedAt.value };
}
