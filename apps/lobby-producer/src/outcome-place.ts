import type { EntryId } from '@galaxy/domain';
import { STREAM_START } from '@galaxy/domain';

/** How far a clock may go back between a job and its outcome, in milliseconds. */
const MARGIN_MS = 60_000n;

/**
 * An id in the stream of outcomes that is before the outcome of this job. Ids are times of one Redis, so the outcome comes after the
 * job, except for clocks that went back a little. A job's id from the future says nothing about the outcome's, which may be from now:
 * then everything must be read.
 */
export function placeBefore(job: EntryId, nowMs: number): string {
  if (job.ms > BigInt(nowMs) + MARGIN_MS || job.ms <= MARGIN_MS) return STREAM_START;
  return `${String(job.ms - MARGIN_MS)}-0`;
}
