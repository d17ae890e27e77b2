import { isRuntimeStatus, RUNTIME_HEALTHS, type RuntimeRecord } from '@galaxy/domain';
import { isBlank } from './blank-text.js';
import { InvalidInputError } from './faults.js';

/**
 * Checks a record by itself, in this order: the game id is not blank; the status is known; image reference and endpoint are not blank;
 * the container id is null or not blank, and null for a removed runtime; every time is valid; `version` counts from 1; the health is
 * known; the turn counts from 0; the last error is one line; every text is one that every store can hold. Whoever installs a record
 * calls it, and so does every adapter before it touches the store.
 *
 * @example
 * ```ts
 * import { type RuntimeRecord, validateRuntimeRecord } from '@galaxy/ports';
 *
 * export function renamed(record: RuntimeRecord, gameId: string): RuntimeRecord {
 *   const other = { ...record, gameId };
 *   validateRuntimeRecord(other); // throws InvalidInputError when the game id is blank
 *   return other;
 * }
 * ```
 *
 * @throws InvalidInputError naming the first field that is wrong.
 */
export function validateRuntimeRecord(record: RuntimeRecord): void {
  const problem = identityProblem(record) ?? containerProblem(record) ?? timeProblem(record) ?? stateProblem(record) ?? textProblem(record);
  if (problem !== null) throw new InvalidInputError(`runtime record: ${problem}`);
}

function identityProblem({ gameId, status, currentImageRef, engineEndpoint }: RuntimeRecord): string | null {
  if (isBlank(gameId)) return 'game id must not be empty';
  if (!isRuntimeStatus(status)) return `status ${JSON.stringify(status)} is unsupported`;
  if (isBlank(currentImageRef)) return 'current image ref must not be empty';
  return isBlank(engineEndpoint) ? 'engine endpoint must not be empty' : null;
}

function containerProblem({ status, currentContainerId }: RuntimeRecord): string | null {
  if (currentContainerId === null) return null;
  if (isBlank(currentContainerId)) return 'current container id must be null or not empty';
  return status === 'removed' ? 'a removed runtime has no current container' : null;
}

function timeProblem({ createdAt, startedAt, stoppedAt, removedAt, lastOpAt, nextTurnAt }: RuntimeRecord): string | null {
  const times = Object.entries({ createdAt, startedAt, stoppedAt, removedAt, lastOpAt, nextTurnAt });
  const wrong = times.find(([, time]) => time !== null && Number.isNaN(time.getTime()));
  return wrong === undefined ? null : `${wrong[0]} must be a valid time`;
}

function stateProblem({ version, health, currentTurn, lastError }: RuntimeRecord): string | null {
  if (!isCount(version, 1)) return 'version must be a whole number from 1';
  if (!RUNTIME_HEALTHS.includes(health)) return `health ${JSON.stringify(health)} is unsupported`;
  if (currentTurn !== null && !isCount(currentTurn, 0)) return 'current turn must be null or a whole number from 0';
  return lastError !== null && LINE_BREAK.test(lastError) ? 'last error must be one line' : null;
}

function textProblem(record: RuntimeRecord): string | null {
  const wrong = Object.entries(record).find(([, value]) => typeof value === 'string' && !isStorable(value));
  return wrong === undefined ? null : `${wrong[0]} is not well-formed Unicode without NUL`;
}

const LINE_BREAK = /[\n\v\f\r\u0085\u2028\u2029]/;
const isCount = (value: number, least: number) => Number.isSafeInteger(value) && value >= least;
const isStorable = (text: string) => text.isWellFormed() && !text.includes('\u0000');
