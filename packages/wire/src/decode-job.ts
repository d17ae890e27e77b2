import { Buffer } from 'node:buffer';
import type { InvalidJob, JobStreamName, StreamJob } from '@galaxy/domain';
import { isGameId } from '@galaxy/domain';
import type { RawEntry } from './raw-entry.js';
import { ENTRY_LIMITS, entryBytes } from './raw-entry.js';
import { decodeStartJob } from './start-job.js';
import { decodeStopJob } from './stop-job.js';
import { requiredField } from './text-field.js';

const MAX_ANSWERABLE_BYTES = 256;

/**
 * A decoded job entry. `refusal` is null for a valid job, and otherwise says what is wrong. A refused entry has an `invalid` job if it
 * names the game to answer, and null if it does not.
 */
export interface DecodedJob {
  readonly job: StreamJob | null;
  readonly refusal: string | null;
}

/**
 * Decodes an entry of a job stream. Accepts more than the canonical form: values are trimmed, unknown fields are ignored, the last
 * one of repeated fields is used, and `requested_at_ms` may be absent. Never throws, whatever the bytes are.
 */
export function decodeJob(stream: JobStreamName, entry: RawEntry): DecodedJob {
  const of = stream === 'start_jobs' ? 'start' : 'stop';
  const game = readGame(entry);
  const refusal = sizeRefusal(entry) ?? game.refusal;
  if (game.gameId === null || refusal !== null) return undecodable(of, game.gameId, refusal);
  const job = of === 'start' ? decodeStartJob(game.gameId, entry) : decodeStopJob(game.gameId, entry);
  return job.kind === 'refused' ? undecodable(of, game.gameId, job.refusal) : { job, refusal: null };
}

/** The game to answer, or null if the entry names none; and what is wrong with its id, or null. */
function readGame(entry: RawEntry): { readonly gameId: string | null; readonly refusal: string | null } {
  const game = requiredField(entry, 'game_id');
  if (game.kind === 'refused') return { gameId: null, refusal: game.refusal };
  const gameId = Buffer.byteLength(game.value) <= MAX_ANSWERABLE_BYTES ? game.value : null;
  return { gameId, refusal: isGameId(game.value) ? null : 'invalid game_id' };
}

function undecodable(of: InvalidJob['of'], gameId: string | null, reason: string | null): DecodedJob {
  const refusal = reason ?? 'invalid game_id';
  return { job: gameId === null ? null : { kind: 'invalid', of, gameId, message: refusal }, refusal };
}

function sizeRefusal(entry: RawEntry): string | null {
  if (entry.length > ENTRY_LIMITS.fields) return `more than ${String(ENTRY_LIMITS.fields)} fields`;
  if (entryBytes(entry) > ENTRY_LIMITS.bytes) return `larger than ${String(ENTRY_LIMITS.bytes)} bytes`;
  return null;
}
