import {
  type InvalidJob,
  RECONCILE_VERDICTS,
  type ReconcileJob,
  type RuntimeJob,
  STOP_REASONS,
  type StartJob,
  type StopJob,
} from '@galaxy/domain';

type Stored<J> = J extends { requestedAtMs: bigint } ? Omit<J, 'requestedAtMs'> & { readonly requestedAtMs: string } : J;

/** A job as it is stored in its JSON column. 64-bit integers are text there, because JSON numbers can't hold them. */
export type StoredJob = Stored<RuntimeJob>;

export function storeJob(job: RuntimeJob): StoredJob {
  return 'requestedAtMs' in job ? { ...job, requestedAtMs: job.requestedAtMs.toString() } : job;
}

/** The inverse of {@link storeJob}; null when the value is not a job that this version knows. */
export function loadJob(stored: unknown): RuntimeJob | null {
  if (typeof stored !== 'object' || stored === null) return null;
  const fields = stored as Fields;
  const load = LOADERS.get(fields['kind']);
  return load === undefined || !isText(fields['gameId']) ? null : load(fields['gameId'], fields);
}

type Fields = Readonly<Record<string, unknown>>;

const LOADERS = new Map<unknown, (gameId: string, fields: Fields) => RuntimeJob | null>([
  ['start', loadStart],
  ['stop', loadStop],
  ['invalid', loadInvalid],
  ['reconcile', loadReconcile],
]);

function loadStart(gameId: string, { imageRef, requestedAtMs }: Fields): StartJob | null {
  if (!isText(imageRef) || !isInteger(requestedAtMs)) return null;
  return { kind: 'start', gameId, imageRef, requestedAtMs: BigInt(requestedAtMs) };
}

function loadStop(gameId: string, { reason, requestedAtMs }: Fields): StopJob | null {
  if (!isOneOf(STOP_REASONS, reason) || !isInteger(requestedAtMs)) return null;
  return { kind: 'stop', gameId, reason, requestedAtMs: BigInt(requestedAtMs) };
}

function loadInvalid(gameId: string, { of, message }: Fields): InvalidJob | null {
  return isOneOf(['start', 'stop'], of) && isText(message) ? { kind: 'invalid', of, gameId, message } : null;
}

function loadReconcile(gameId: string, { verdict, orphans, reason }: Fields): ReconcileJob | null {
  if (!isOneOf(RECONCILE_VERDICTS, verdict) || !Array.isArray(orphans) || !orphans.every(isText) || !isText(reason)) return null;
  return { kind: 'reconcile', gameId, verdict, orphans, reason };
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isInteger = (value: unknown): value is string => isText(value) && /^-?\d{1,19}$/.test(value);

function isOneOf<T extends string>(known: readonly T[], value: unknown): value is T {
  return known.some((one) => one === value);
}
