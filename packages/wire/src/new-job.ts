import type { StopReason } from '@galaxy/domain';
import { parseImageReference, parseStopReason } from '@galaxy/domain';
import { InvalidInputError } from '@galaxy/ports';
import type { StartJobPayload } from './start-job.js';
import { encodeStartJob } from './start-job.js';
import type { StopJobPayload } from './stop-job.js';
import { encodeStopJob } from './stop-job.js';

/**
 * Makes the start job that a producer sends.
 * @throws InvalidInputError when the runtime manager would refuse the game id or the image reference.
 */
export function newStartJob(gameId: string, imageRef: string, requestedAtMs: bigint): StartJobPayload {
  const check = parseImageReference(imageRef);
  if (check.kind === 'malformed') throw new InvalidInputError(`start job: image_ref: ${check.reason}`);
  return encodeStartJob({ gameId, imageRef, requestedAtMs });
}

/**
 * Makes the stop job that a producer sends.
 * @throws InvalidInputError when the game id is not valid, or the reason is empty or unknown.
 */
export function newStopJob(gameId: string, reason: StopReason, requestedAtMs: bigint): StopJobPayload {
  const check = parseStopReason(reason);
  if (check.kind === 'empty') throw new InvalidInputError('stop job: reason must not be empty');
  if (check.kind === 'unknown') throw new InvalidInputError(`stop job: reason ${JSON.stringify(check.value)} is unknown`);
  return encodeStopJob({ gameId, reason, requestedAtMs });
}
