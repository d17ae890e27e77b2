import type { JobStreamName } from '@galaxy/domain';
import { judgeStream, NEVER_READ, parseEntryId, STREAM_START, type StreamPlace, type StreamVerdict } from '@galaxy/domain';
import type { Clock, JobStream, LeaseGrant, Observer, OperationJournal, RuntimeEvent, StreamShape } from '@galaxy/manager-ports';
import type { StreamOffsetStore } from '@galaxy/ports';
import { DependencyFault } from '@galaxy/ports';
import { OFFSET_LABELS } from './mirror-offsets.js';
import type { StreamPlaces } from './stream-places.js';

/** What checks the streams. */
export interface CheckDeps {
  readonly stream: Pick<JobStream, 'shapes'>;
  readonly journal: Pick<OperationJournal, 'cursors' | 'moveCursor'>;
  readonly offsets: StreamOffsetStore;
  readonly clock: Clock;
  readonly observer: Observer;
}

/** How often the streams are checked while they are read. */
export const CHECK_EVERY_MS = 30_000;
const RETRY_MS = 250;

/**
 * Compares where the streams were taken in up to with what they say of themselves now, tells what was lost or made
 * anew, and corrects the stored places. A stream that was never read is noted as such, so that what it loses from now
 * on counts. Returns the places to go on from, or null when the lease is lost.
 *
 * A server that can't tell in time, as with very large entries at an end of a stream, holds up nothing: that is told, and
 * the next check judges by the same counts.
 */
export async function checkStreams(lease: LeaseGrant, signal: AbortSignal, deps: CheckDeps): Promise<StreamPlaces | null> {
  const stored = await deps.journal.cursors();
  const shapes = await shapesNow(deps);
  const check = async (name: JobStreamName): Promise<StreamPlace | null> => {
    const before = stored[name] ?? (await placeFromMirror(name, deps));
    const change = { name, before, verdicts: shapes === null ? [] : judge(before, shapes[name]), shape: shapes?.[name] ?? null };
    const after = change.verdicts.at(-1)?.place ?? before;
    if (stored[name] !== null && isSame(stored[name], after)) return after;
    return (await correct({ ...change, after }, lease, signal, deps)) ? after : null;
  };
  const start_jobs = await check('start_jobs');
  const stop_jobs = start_jobs === null ? null : await check('stop_jobs');
  return start_jobs === null || stop_jobs === null ? null : { start_jobs, stop_jobs };
}

async function shapesNow({ stream, observer }: CheckDeps): Promise<Awaited<ReturnType<JobStream['shapes']>> | null> {
  try {
    return await stream.shapes();
  } catch (error) {
    if (!isPassing(error)) throw error;
    observer.observe({ kind: 'loop_failed', loop: 'check-streams', error, retryInMs: CHECK_EVERY_MS });
    return null;
  }
}

// How many entries came before it is not known: the first look that can tell does.
async function placeFromMirror(name: JobStreamName, { offsets }: CheckDeps): Promise<StreamPlace> {
  const cursor = await offsets.load(OFFSET_LABELS[name]);
  if (cursor === null || cursor === STREAM_START || parseEntryId(cursor) === null) return NEVER_READ;
  return { ...NEVER_READ, cursor, entriesRead: null };
}

function judge(before: StreamPlace, shape: StreamShape | null): readonly StreamVerdict[] {
  const verdict = judgeStream(before, shape);
  return verdict.kind === 'recreated' ? [verdict, judgeStream(verdict.place, shape)] : [verdict];
}

function isSame(a: StreamPlace, b: StreamPlace): boolean {
  return a.cursor === b.cursor && a.floor === b.floor && a.entriesRead === b.entriesRead && a.previous === b.previous;
}

interface Change {
  readonly name: JobStreamName;
  readonly before: StreamPlace;
  readonly verdicts: readonly StreamVerdict[];
  readonly shape: StreamShape | null;
  readonly after: StreamPlace;
}

// Told once it is written, so that nobody tells it twice. A write that was never answered may have been carried out, and
// then nobody else would find the change: it is told too.
async function correct(change: Change, lease: LeaseGrant, signal: AbortSignal, deps: CheckDeps): Promise<boolean> {
  let isUnknown = false;
  for (;;) {
    try {
      await lowerMirror(change, deps);
      const { kind } = await deps.journal.moveCursor(lease, change.name, change.after);
      if (kind === 'moved' || isUnknown) tell(change, deps.observer);
      return kind === 'moved';
    } catch (error) {
      isUnknown ||= mayHaveMoved(error);
      if (signal.aborted || !isPassing(error)) {
        if (isUnknown) tell(change, deps.observer);
        throw error;
      }
      await deps.clock.sleep(RETRY_MS, signal);
    }
  }
}

function mayHaveMoved(error: unknown): boolean {
  return error instanceof DependencyFault && error.dependency === 'postgres' && error.effect === 'unknown';
}

function isPassing(error: unknown): boolean {
  return error instanceof DependencyFault && error.retryable;
}

// Before the cursor, so that a crash in between leaves the change to be found again.
async function lowerMirror({ name, verdicts }: Change, { offsets }: CheckDeps): Promise<void> {
  if (verdicts[0]?.kind === 'recreated') await offsets.save(OFFSET_LABELS[name], STREAM_START);
}

function tell(change: Change, observer: Observer): void {
  for (const verdict of change.verdicts) {
    const event = eventOf(verdict, change);
    if (event !== null) observer.observe(event);
  }
}

function eventOf(verdict: StreamVerdict, { name: stream, before, shape }: Change): RuntimeEvent | null {
  if (verdict.kind === 'gap') return { kind: 'stream_gap', stream, lost: verdict.lost, cursor: verdict.place.cursor };
  if (verdict.kind === 'recreated') return { kind: 'stream_recreated', stream, cursor: before.cursor, lastId: shape?.lastId ?? null };
  return null;
}
