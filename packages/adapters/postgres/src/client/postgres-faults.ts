import { DependencyFault, type FaultEffect } from '@galaxy/ports';

/** Thrown inside an executor when the deadline of a statement is over, or its caller aborts. */
export class DeadlineExceeded extends Error {
  readonly code = 'DEADLINE_EXCEEDED';
}

/** What an error means for the caller: may the same call succeed later, and may this one have had an effect? */
export interface FaultClass {
  readonly retryable: boolean;
  readonly effect: FaultEffect;
}

const TRY_AGAIN: FaultClass = { retryable: true, effect: 'not_done' };
const UNKNOWN: FaultClass = { retryable: true, effect: 'unknown' };
const REFUSED: FaultClass = { retryable: false, effect: 'not_done' };
const BROKEN: FaultClass = { retryable: false, effect: 'unknown' };

// The longest matching prefix decides. https://www.postgresql.org/docs/current/errcodes-appendix.html
// A server that answers with an error has rolled the statement back, except when the error says that the server goes away: such an
// error may belong to the statement before.
const CLASSES: ReadonlyMap<string, FaultClass> = new Map([
  // Codes of drivers and sockets. A statement that never reached the server was not carried out.
  ['ECONNREFUSED', TRY_AGAIN],
  ['ENOENT', TRY_AGAIN],
  ['ENOTFOUND', TRY_AGAIN],
  ['EAI_AGAIN', TRY_AGAIN],
  ['EHOSTUNREACH', TRY_AGAIN],
  ['ENETUNREACH', TRY_AGAIN],
  ['CONNECT_TIMEOUT', TRY_AGAIN],
  ['CONNECTION_ENDED', TRY_AGAIN],
  ['CONNECTION_', UNKNOWN],
  ['DEADLINE_EXCEEDED', UNKNOWN],
  ['ECONN', UNKNOWN],
  ['EPIPE', UNKNOWN],
  ['ETIMEDOUT', UNKNOWN],
  // SQLSTATE codes of the server.
  ['08', UNKNOWN],
  ['57P', UNKNOWN],
  ['57P03', TRY_AGAIN],
  ['57014', TRY_AGAIN],
  ['40', TRY_AGAIN],
  ['40003', UNKNOWN],
  ['55P03', TRY_AGAIN],
  ['53', TRY_AGAIN],
  ['58', UNKNOWN],
  ['25006', TRY_AGAIN],
  ['0', REFUSED],
  ['2', REFUSED],
  ['3', REFUSED],
  ['42', REFUSED],
  ['5', REFUSED],
  ['P0', REFUSED],
  ['XX', BROKEN],
]);

/** The SQLSTATE, or the driver's or the socket's code, of an error or of one it was caused by; null when there is none. */
export function sqlstate(error: unknown): string | null {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code;
  }
  return null;
}

/** The class of an error, by its code alone. For an unknown code: not retryable, and the effect is unknown. */
export function faultClass(code: string | null): FaultClass {
  for (let length = code?.length ?? 0; length > 0; length--) {
    const found = CLASSES.get((code ?? '').slice(0, length));
    if (found !== undefined) return found;
  }
  return BROKEN;
}

/**
 * The fault that a caller gets for a driver's error. The error itself is not kept as the cause: its message, detail and parameters
 * contain values, which would end up in logs.
 */
export class PostgresFault extends DependencyFault {
  /** See {@link sqlstate}. */
  readonly sqlstate: string | null;
  /** The violated constraint; null for other errors. */
  readonly constraint: string | null;

  constructor(statement: string, error: unknown) {
    const code = sqlstate(error);
    const constraint = constraintName(error);
    const { retryable, effect } = faultClass(code);
    const what = !retryable ? 'refused' : effect === 'unknown' ? 'did not answer' : 'could not';
    super({ message: `postgres ${what} ${statement}: ${describe(code, constraint, error)}`, dependency: 'postgres', retryable, effect });
    this.sqlstate = code;
    this.constraint = constraint;
  }
}

// Error classes whose messages contain names and settings, but never values.
const SAFE_MESSAGE = /^(?:08|28|3D|42|53|55|57|58)/;

function describe(code: string | null, constraint: string | null, error: unknown): string {
  const kind = error instanceof Error ? error.name : 'unknown error';
  if (code === null) return kind;
  if (constraint !== null) return `${code} ${constraint}`;
  return error instanceof Error && SAFE_MESSAGE.test(code) ? `${code} ${error.message}` : code;
}

// postgres.js and PGlite use different names for this field.
function constraintName(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const { constraint_name, constraint } = error as { constraint_name?: unknown; constraint?: unknown };
  const name = constraint_name ?? constraint;
  return typeof name === 'string' ? name : null;
}
