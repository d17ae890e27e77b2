/**
 * Every status a runtime record can have, in the order of a game's life. The constraint
 * `runtime_records_status_chk` in PostgreSQL is built from this list.
 */
export const RUNTIME_STATUSES = [
  'starting',
  'running',
  'generation_in_progress',
  'generation_failed',
  'engine_unreachable',
  'finished',
  'stopped',
  'removed',
] as const;

/** One of {@link RUNTIME_STATUSES}. Work in progress is shown by the game's open operation, never by a status of its own. */
export type RuntimeStatus = (typeof RUNTIME_STATUSES)[number];

/** The status machine: to which statuses a record may change from each status. docs/status-machine.md is generated from it. */
export const RUNTIME_TRANSITIONS = {
  starting: ['running', 'engine_unreachable', 'stopped', 'removed'],
  running: ['generation_in_progress', 'engine_unreachable', 'finished', 'stopped', 'removed'],
  generation_in_progress: ['running', 'generation_failed', 'engine_unreachable', 'finished', 'stopped', 'removed'],
  generation_failed: ['generation_in_progress', 'running', 'engine_unreachable', 'finished', 'stopped', 'removed'],
  engine_unreachable: ['running', 'generation_failed', 'finished', 'stopped', 'removed'],
  finished: ['stopped', 'removed'],
  stopped: ['starting', 'removed'],
  removed: ['starting'],
} as const satisfies Record<RuntimeStatus, readonly RuntimeStatus[]>;

/** The meaning of each status. docs/status-machine.md is generated from it. */
export const RUNTIME_STATUS_MEANINGS = {
  starting: 'start accepted; image, container or readiness still pending',
  running: 'engine healthy, between turns',
  generation_in_progress: 'the engine is generating a turn',
  generation_failed: 'last turn failed; container up; the scheduler leaves it alone',
  engine_unreachable: 'container expected up, engine does not answer or container died',
  finished: "engine reported the game's end; reads still served",
  stopped: 'container stopped on purpose, kept for retention',
  removed: 'container gone; record kept as history',
} as const satisfies Record<RuntimeStatus, string>;

/** Thrown by {@link transition} for a change that the table does not allow. */
export class InvalidTransitionError extends Error {
  readonly code = 'invalid_transition';
  readonly retryable = false;
  readonly from: RuntimeStatus;
  readonly to: RuntimeStatus;

  constructor(from: RuntimeStatus, to: RuntimeStatus) {
    super(`a runtime record may not move from ${from} to ${to}`);
    this.name = 'InvalidTransitionError';
    this.from = from;
    this.to = to;
  }
}

/** Whether `value`, of any type, is a known status. */
export function isRuntimeStatus(value: unknown): value is RuntimeStatus {
  return RUNTIME_STATUSES.some((status) => status === value);
}

/** Whether the table allows the change. A status never changes to itself. */
export function canTransition(from: RuntimeStatus, to: RuntimeStatus): boolean {
  const allowed: readonly RuntimeStatus[] = RUNTIME_TRANSITIONS[from];
  return allowed.includes(to);
}

/**
 * Checks one change of a status.
 * @throws InvalidTransitionError when the table does not allow it.
 */
export function transition(from: RuntimeStatus, to: RuntimeStatus): void {
  if (!canTransition(from, to)) throw new InvalidTransitionError(from, to);
}
