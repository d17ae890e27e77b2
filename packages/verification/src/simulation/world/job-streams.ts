import { STREAM_KEYS } from '@galaxy/wire';

/** The key of each job stream. */
export const JOB_STREAMS = { start_jobs: STREAM_KEYS.startJobs, stop_jobs: STREAM_KEYS.stopJobs } as const;
