import type { PublishedJob } from '@galaxy/ports';
import { RuntimeFault } from '@galaxy/ports';

/**
 * The outcome of a job did not come in time. It may still come: the job itself goes on. Retryable: wait for the same job again.
 * Nothing ever comes when the runtime manager does not write outcomes (`RTMANAGER_JOB_OUTCOMES=on`), or writes to another stream.
 */
export class OutcomeTimeoutError extends RuntimeFault {
  readonly code = 'outcome_timeout';
  /** The job that was waited for. */
  readonly job: PublishedJob;

  constructor(job: PublishedJob, timeoutMs: number) {
    const waited = `no outcome of entry ${job.entryId} of ${job.stream} came within ${String(timeoutMs)} ms`;
    super({ message: `${waited}; does the runtime manager write outcomes (RTMANAGER_JOB_OUTCOMES=on)?`, retryable: true });
    this.job = job;
  }
}
