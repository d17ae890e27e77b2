import type { ObservedOperation, Observer, RuntimeEvent } from '@galaxy/ports';
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
  jobs_taken_in: { level: 'debug', message: 'jobs taken in' },
  entry_refused: { level: 'warn', message: 'entry refused' },
  operation_claimed: { level: 'debug', message: 'operation claimed' },
  operation_finished: { level: 'info', message: 'operation finished' },
  operation_handed_back: { level: 'warn', message: 'operation handed back' },
  operation_lost: { level: 'warn', message: 'operation lost to another process' },
  message_published: { level: 'debug', message: 'message published' },
  publish_failed: { level: 'warn', message: 'publishing failed; it is relayed later' },
  offset_mirror_failed: { level: 'warn', message: 'the offset mirror was not written' },
  loop_failed: { level: 'warn', message: 'loop failed; it is tried again' },
  loop_recovered: { level: 'info', message: 'loop recovered' },
} as const satisfies Record<RuntimeEvent['kind'], { level: 'debug' | 'info' | 'warn'; message: string }>;

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
