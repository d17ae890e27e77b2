import type { JobStreamName, StreamJob } from '@galaxy/domain';
import { InvalidInputError } from '@galaxy/ports';
import { decodeJob, parseRawJson } from '@galaxy/wire';

const NAMES: readonly JobStreamName[] = ['start_jobs', 'stop_jobs'];

/**
 * The job of an entry that a dead letter holds. `keys`: those of the job streams.
 * @throws InvalidInputError when it came by another stream, can't be decoded, or is only the first part of an entry.
 */
export function jobOfStoredEntry(
  { sourceStream, raw }: { readonly sourceStream: string; readonly raw: string },
  keys: Readonly<Record<JobStreamName, string>>,
): StreamJob {
  const name = NAMES.find((stream) => keys[stream] === sourceStream);
  if (name === undefined) throw new InvalidInputError(`the entry came by ${sourceStream}, which is neither of the job streams`);
  const { job, refusal } = decodeJob(name, parseRawJson(raw));
  if (job === null || refusal !== null) throw new InvalidInputError(`the entry can't be decoded: ${refusal ?? 'it names no game'}`);
  return job;
}
