/** The default Redis keys of the streams (contracts/runtime-jobs-asyncapi.yaml). */
export const STREAM_KEYS = {
  startJobs: 'runtime:start_jobs',
  stopJobs: 'runtime:stop_jobs',
  jobResults: 'runtime:job_results',
  jobOutcomes: 'runtime:job_outcomes',
  healthEvents: 'runtime:health_events',
  snapshots: 'runtime:snapshots',
  deadLetters: 'runtime:dead_letters',
} as const;
