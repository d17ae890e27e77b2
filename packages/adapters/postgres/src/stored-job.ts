import type { RuntimeJob } from '@galaxy/domain';

type Stored<J> = J extends { requestedAtMs: bigint } ? Omit<J, 'requestedAtMs'> & { readonly requestedAtMs: string } : J;

/** A job as its JSON column holds it: JSON has no 64-bit integers. The column is written from text, which may escape anything. */
export type StoredJob = Stored<RuntimeJob>;

/** Turns a job into what its column holds. */
export function storeJob(job: RuntimeJob): StoredJob {
  return job.kind === 'invalid' ? job : { ...job, requestedAtMs: job.requestedAtMs.toString() };
}

/** The inverse of {@link storeJob}. */
export function loadJob(stored: StoredJob): RuntimeJob {
  return stored.kind === 'invalid' ? stored : { ...stored, requestedAtMs: BigInt(stored.requestedAtMs) };
}
