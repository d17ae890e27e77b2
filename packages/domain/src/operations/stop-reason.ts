/**
 * Why a game is asked to stop. The list is fixed by contracts/runtime-jobs-asyncapi.yaml; a new value is a contract
 * bump for producers and consumers alike. Lobby sends `orphan_cleanup` (a container whose metadata could not be saved
 * after its start) and `cancelled` (a user's or an owner's cancel); the others are reserved.
 */
export const STOP_REASONS = ['orphan_cleanup', 'cancelled', 'finished', 'admin_request', 'timeout'] as const;

/** One of {@link STOP_REASONS}. */
export type StopReason = (typeof STOP_REASONS)[number];

/** Empty and unknown are two different mistakes, with different error messages. */
export type StopReasonCheck = { kind: 'known'; reason: StopReason } | { kind: 'empty' } | { kind: 'unknown'; value: string };

/** Recognises a known reason. Does not trim the value. */
export function parseStopReason(value: string): StopReasonCheck {
  if (value === '') return { kind: 'empty' };
  const reason = STOP_REASONS.find((known) => known === value);
  return reason === undefined ? { kind: 'unknown', value } : { kind: 'known', reason };
}
