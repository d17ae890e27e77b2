import type { ObservedOperation, Observer, RuntimeEvent } from '@galaxy/manager-ports';
import { RuntimeFault } from '@galaxy/ports';
import type { Logger } from 'pino';

/** Writes every event as a JSON log line. The ids of operation, game and entry have their own fields. */
export function logObserver(log: Logger): Observer {
  return {
    observe(event) {
      const { level, message } = LINES[event.kind];
      log[level](fieldsOf(event), message);
    },
  };
}

const LINES = {
  lease_changed: { level: 'info', message: 'lease changed' },
  jobs_ingested: { level: 'debug', message: 'jobs ingested' },
  entry_refused: { level: 'warn', message: 'a stream entry could not be decoded' },
  operation_claimed: { level: 'debug', message: 'operation claimed' },
  operation_finished: { level: 'info', message: 'operation finished' },
  claim_released: { level: 'warn', message: 'claim released; the operation is tried again' },
  operation_lost: { level: 'warn', message: 'another process has taken over the operation' },
  finish_waits: { level: 'warn', message: 'the end of an operation could not be written yet; it is tried again' },
  renewal_late: { level: 'warn', message: 'claims were not renewed for a while; their containers are not changed until they are' },
  operation_unreadable: { level: 'error', message: 'the row of an operation cannot be read; it waits for a build that can' },
  message_published: { level: 'debug', message: 'message published' },
  publish_failed: { level: 'warn', message: 'publishing failed; the message is sent later' },
  offset_mirror_failed: { level: 'warn', message: 'the offset mirror was not written' },
  loop_failed: { level: 'warn', message: 'loop failed; it is tried again' },
  loop_recovered: { level: 'info', message: 'loop recovered' },
  drift_found: { level: 'warn', message: 'record and containers do not agree' },
  foreign_container: { level: 'warn', message: "a container of others has a game's container name; it is never touched" },
  reconciled: { level: 'debug', message: 'records and containers compared' },
  hold_changed: { level: 'warn', message: 'hold changed' },
  stream_gap: { level: 'error', message: 'entries of a job stream were trimmed before they were read; their jobs are lost' },
  stream_recreated: { level: 'warn', message: 'a job stream was recreated; it is read from its start' },
  stream_trimmed: { level: 'debug', message: 'ingested entries removed from a job stream' },
  stream_not_trimmed: {
    level: 'warn',
    message: 'a job stream has consumer groups, so that nothing is removed from it; see RTMANAGER_TRIM_JOBS',
  },
  published_trimmed: { level: 'debug', message: 'old entries removed from a stream of results' },
  published_not_trimmed: {
    level: 'warn',
    message: 'a consumer group still needs entries that are old enough to be removed, so that they stay; see RTMANAGER_TRIM_RESULTS',
  },
  entry_from_future: { level: 'warn', message: "a job entry's id is far ahead of the server's clock" },
  read_reduced: { level: 'warn', message: 'reading the job streams failed; the next read asks for fewer entries' },
  published_lost: { level: 'warn', message: 'Redis has lost published messages; they are sent again' },
  messages_skipped: { level: 'warn', message: 'messages are too old to be sent again, or are no longer stored; they are skipped' },
  outbox_backlog: { level: 'debug', message: 'messages wait to be published' },
  outbox_pruned: { level: 'debug', message: 'published messages deleted' },
  lanes_forgotten: { level: 'debug', message: 'lanes without messages forgotten' },
  history_pruned: { level: 'info', message: 'old operations and records deleted' },
  dead_lettered: { level: 'error', message: 'a job is exhausted after too many failures; it was dead-lettered' },
  circuit_changed: { level: 'warn', message: 'circuit breaker opened or closed' },
  stalled: { level: 'error', message: 'the process did not run for a while; it lets go of its claims and lease' },
} as const satisfies Record<RuntimeEvent['kind'], { level: 'debug' | 'info' | 'warn' | 'error'; message: string }>;

function fieldsOf(event: RuntimeEvent): Record<string, unknown> {
  const { kind, ...rest } = event;
  const { operation, ...others } = 'operation' in rest ? rest : { ...rest, operation: null };
  const plainOthers = Object.fromEntries(Object.entries(others).map(([name, value]: [string, unknown]) => [snakeCase(name), plain(value)]));
  return { event: kind, ...(operation === null ? {} : operationFields(operation)), ...plainOthers };
}

// errorCode → error_code, like the fields of streams and tables.
const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function operationFields({ opId, gameId, op, attempt, sourceRef, ...asked }: ObservedOperation): Record<string, unknown> {
  // An event that has a reason of its own, for what happened to the operation, shows that one.
  const said = { reason: asked.reason, requested_at_ms: plain(asked.requestedAtMs) };
  return { op_id: opId, game_id: gameId, op, attempt, source_ref: sourceRef, ...said };
}

// Errors of servers may contain data that was sent to them. Of our own faults, only name, code, retryable and message are logged.
function plain(value: unknown): unknown {
  if (value instanceof RuntimeFault) return { name: value.name, code: value.code, retryable: value.retryable, message: value.message };
  if (value instanceof Error) return { name: value.name, message: value.message, stack: value.stack };
  return typeof value === 'bigint' ? value.toString() : value;
}
