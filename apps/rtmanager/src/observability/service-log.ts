import type { Writable } from 'node:stream';
import { withoutLogins } from '@galaxy/domain';
import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from '../config/schema.js';
import { type LineWriter, lineWriter } from './line-writer.js';

const MAX_TEXT = 4096;
const MAX_DEPTH = 4;

/**
 * Makes the log of a process: JSON lines on the given stream. Text from outside can neither begin a line nor control a terminal, long
 * texts are cut, and user names and passwords in URLs are masked. Of an error only its name, code, message and stack are written:
 * drivers add the data that was sent to the server to their errors.
 */
export function makeLog(level: Config['RTMANAGER_LOG_LEVEL'], out: Writable, last?: LineWriter): Logger {
  const timestamp = pino.stdTimeFunctions.isoTime;
  const formatters = { log: (fields: Record<string, unknown>) => fit(fields, 0) as typeof fields };
  // Replaces pino's serializer, which writes every property of an error.
  const serializers = { err: (fitted: unknown) => fitted };
  return pino({ level, base: null, timestamp, formatters, serializers }, destination(lineWriter(out), last));
}

const FATAL = 60;

// https://getpino.io/#/docs/api?id=metadata: pino notes the level of each line on a destination that asks for it.
function destination(lines: LineWriter, last: LineWriter | undefined): DestinationStream {
  return {
    [Symbol.for('pino.metadata')]: true,
    write(this: { readonly lastLevel?: number }, line: string) {
      lines.write(line);
      if (this.lastLevel === FATAL) last?.write(line);
    },
  };
}

function fit(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return fitText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return '…';
  if (value instanceof Error) return fitError(value, depth);
  if (Array.isArray(value)) return value.map((one) => fit(one, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, inner]: [string, unknown]) => [name, fit(inner, depth + 1)]));
}

function fitError(error: Error, depth: number): unknown {
  const code = 'code' in error ? { code: error.code } : {};
  return fit({ type: error.name, ...code, message: error.message, stack: error.stack }, depth);
}

function fitText(text: string): string {
  if (text.length <= MAX_TEXT) return withoutLogins(text).toWellFormed();
  // Cut twice, so that a login at the final cut is still complete when logins are masked.
  const kept = withoutLogins(text.slice(0, 2 * MAX_TEXT)).slice(0, MAX_TEXT);
  return `${kept.toWellFormed()}… (${String(text.length)} characters)`;
}
