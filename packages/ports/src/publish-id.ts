import type { JobStreamName } from '@galaxy/domain';
import { InvalidInputError } from './faults.js';

/** For how long an id that the caller gave to a job is remembered, counted from the call that published it: 24 hours, in milliseconds. */
export const PUBLISH_ID_REMEMBERED_MS = 24 * 3600 * 1000;

/** What a producer may say beside the job itself. */
export interface PublishOptions {
  /**
   * An id of the caller's for this job: 1 to 128 printable ASCII characters. All calls with one id publish one job, whatever
   * process makes them and however often, for {@link PUBLISH_ID_REMEMBERED_MS}. Start and stop jobs share their ids. The id is
   * kept beside the stream and is no field of the entry.
   */
  readonly id?: string;
}

/** Where a job is: the stream and the id of its entry. Both together name the job, as `runtime:job_outcomes` does too. */
export interface PublishedJob {
  readonly stream: JobStreamName;
  readonly entryId: string;
}

/** What became of the calls with one id. */
export type WasPublished =
  /** The job is on the stream. */
  | ({ readonly kind: 'published' } & PublishedJob)
  /** Nothing was published with the id, and nothing will be: the id is withdrawn. */
  | { readonly kind: 'not_published' }
  /** The first call is too long ago: the id may have been forgotten. */
  | { readonly kind: 'unknown' };

const PRINTABLE = /^[\x20-\x7e]{1,128}$/;

/**
 * Checks an id that a caller gave to a job. Every adapter calls it before it touches the stream.
 * @throws InvalidInputError when it is not 1 to 128 printable ASCII characters.
 */
export function validatePublishId(id: string): void {
  if (!PRINTABLE.test(id)) throw new InvalidInputError('publish id: must be 1 to 128 printable ASCII characters');
}

/**
 * Whether an id may have been forgotten by now, when the first call with it was made at `since`. Every adapter of `wasPublished` calls
 * it before it touches the stream.
 * @throws InvalidInputError when `since` is not a valid date.
 */
export function mayBeForgotten(since: Date, nowMs: number): boolean {
  const sinceMs = since.getTime();
  if (Number.isNaN(sinceMs)) throw new InvalidInputError('was published: since is not a valid date');
  return nowMs - sinceMs >= PUBLISH_ID_REMEMBERED_MS;
}
