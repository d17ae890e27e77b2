import type { ObservedOperation, Observer, RuntimeEvent } from '@galaxy/manager-ports';
import { RuntimeFault } from '@galaxy/ports';
import type { Logger } from 'pino';

/** Writes what happens as JSON log lines, with the ids of job, game and entry as fields of their own. */
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
  jobs_ingested: { level: 'debug', message: 'jobs taken in' },
  entry_refused: { level: 'warn', message: 'entry refused' },
  operation_claimed: { level: 'debug', message: 'operation claimed' },
  operation_finished: { level: 'info', message: 'operation finished' },
  claim_released: { level: 'warn', message: 'operation handed back' },
  operation_lost: { level: 'warn', message: 'operation lost to another process' },
  message_published: { level: 'debug', message: 'message published' },
  publish_failed: { level: 'warn', message: 'publishing failed; it is relayed later' },
  offset_mirror_failed: { level: 'warn', message: 'the offset mirror was not written' },
  loop_failed: { level: 'warn', message: 'loop failed; it is tried again' },
  loop_recovered: { level: 'info', message: 'loop recovered' },
  drift_found: { level: 'warn', message: 'record and containers do not agree' },
  foreign_container: { level: 'warn', message: "a container that is not ours bears a game's name; it is left alone" },
  reconciled: { level: 'debug', message: 'records and containers compared' },
  hold_changed: { level: 'warn', message: 'hold changed' },
  stream_gap: { level: 'error', message: 'entries of a job stream were trimmed before they were read; their jobs are lost' },
  stream_recreated: { level: 'warn', message: 'a job stream was made anew; it is read from its start' },
  entry_from_future: { level: 'warn', message: "a job entry's id is far ahead of the server's clock" },
  read_reduced: { level: 'warn', message: 'reading the job streams failed; fewer entries are read at once' },
  published_lost: { level: 'warn', message: 'published messages were lost by their server; they are sent again' },
  messages_skipped: { level: 'warn', message: 'messages will not be sent again' },
  outbox_backlog: { level: 'debug', message: 'messages wait to be published' },
  outbox_pruned: { level: 'debug', message: 'published messages deleted' },
  dead_lettered: { level: 'error', message: 'a job was given up after too many failures' },
  circuit_changed: { level: 'warn', message: 'circuit changed' },
  stalled: { level: 'error', message: 'the process did not run for a while; everything it held is let go' },
} as const satisfies Record<RuntimeEvent['kind'], { level: 'debug' | 'info' | 'warn' | 'error'; message: string }>;

function fieldsOf(event: RuntimeEvent): Record<string, unknown> {
  const { kind, ...rest } = event;
  const { operation, ...others } = 'operation' in rest ? rest : { ...rest, operation: null };
  const plainOthers = Object.fromEntries(Object.entries(others).map(([name, value]: [string, unknown]) => [snakeCase(name), plain(value)]));
  return { event: kind, ...(operation === null ? {} : operationFields(operation)), ...plainOthers };
}

// errorCode → error_code, as the fields of streams and tables are written.
const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function operationFields({ opId, gameId, op, attempt, sourceRef }: ObservedOperation): Record<string, unknown> {
  return { op_id: opId, game_id: gameId, op, attempt, source_ref: sourceRef };
}

// Errors of servers may quote what was sent to them: only kind, code and message of our own faults are written out.
function plain(value: unknown): unknown {
  if (value instanceof RuntimeFault) return { name: value.name, code: value.code, retryable: value.retryable, message: value.message };
  if (value instanceof Error) return { name: value.name, message: value.message, stack: value.stack };
  return typeof value === 'bigint' ? value.toString() : value;
}
