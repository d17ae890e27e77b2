/**
 * The stable codes of results and errors. docs/error-model.md explains for each its cause and what an operator does. A success that
 * did the work has the empty string instead.
 */
export const ERROR_CODES = [
  'replay_no_op',
  'start_config_invalid',
  'image_pull_failed',
  'container_start_failed',
  'engine_not_ready',
  'start_superseded',
  'not_found',
  'conflict',
  'semver_patch_only',
  'container_stop_failed',
  'docker_unavailable',
  'capacity_exhausted',
  'invalid_job',
  'internal_error',
] as const;

/** One of {@link ERROR_CODES}. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/** A code of a failure: all except `replay_no_op`, which belongs to a success. */
export type FailureCode = Exclude<ErrorCode, 'replay_no_op'>;

/** Why an operation failed: a stable code, and a message for operators. */
export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
}
