/** What an operation does to a game (`runtime_operation_log.op`). */
export const OPERATIONS = [
  'start',
  'stop',
  'pause',
  'resume',
  'restart',
  'patch',
  'force_next_turn',
  'reconcile',
  'turn',
  'cleanup',
] as const;

/** One of {@link OPERATIONS}. */
export type Operation = (typeof OPERATIONS)[number];

/** Who requested an operation (`runtime_operation_log.source`). */
export const OPERATION_SOURCES = ['lobby', 'admin', 'scheduler', 'reconciler'] as const;

/** One of {@link OPERATION_SOURCES}. */
export type OperationSource = (typeof OPERATION_SOURCES)[number];

/** How far an operation is: queued → running → succeeded or failed (`runtime_operation_log.status`). */
export const OPERATION_STATUSES = ['queued', 'running', 'succeeded', 'failed'] as const;

/** One of {@link OPERATION_STATUSES}. */
export type OperationStatus = (typeof OPERATION_STATUSES)[number];
