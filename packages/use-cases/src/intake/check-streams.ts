import type { JobStreamName } from '@galaxy/domain';
import { judgeStream, NEVER_READ, parseEntryId, STREAM_START, type StreamPlace, type StreamVerdict } from '@galaxy/domain';
import type { Clock, JobStream, LeaseGrant, Observer, OperationJournal, RuntimeEvent, StreamShape } from '@galaxy/manager-ports';
import type { StreamOffsetStore } from '@galaxy/ports';
import { DependencyFault } from '@galaxy/ports';
import { OFFSET_LABELS } from './mirror-offsets.js';
import type { StreamPlaces } from './stream-places.js';

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
 * Compares the stored places, up to which the streams were ingested, with the streams as they are now. Reports lost entries and
 * streams that were recreated, and corrects the stored places. For a stream that was never read, a first place is stored, so that
 * later losses are noticed. Returns the places to go on from, or null when the lease is lost.
 *
 * When the server can't describe the streams in time, as with very large entries at an end of a stream, the intake goes on: the
 * failure is reported, and the next check compares with the same stored counts.
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
    if (!isRetryable(error)) throw error;
    observer.observe({ kind: 'loop_failed', loop: 'check-streams', error, retryInMs: CHECK_EVERY_MS });
    return null;
  }
}

// The mirror has no count of the entries before it: `entriesRead` stays unknown until a check can determine it.
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

// The change is reported only after it is written, so that it is not reported twice. A write without an answer may have been
// carried out, and then no later check would find the change: so that one is reported too.
async function correct(change: Change, lease: LeaseGrant, signal: AbortSignal, deps: CheckDeps): Promise<boolean> {
  let isUnknown = false;
  for (;;) {
    try {
      await lowerMirror(change, deps);
      const { kind } = await deps.journal.moveCursor(lease, change.name, change.after);
      if (kind === 'moved' || isUnknown) report(change, deps.observer);
      return kind === 'moved';
    } catch (error) {
      isUnknown ||= mayHaveMoved(error);
      if (signal.aborted || !isRetryable(error)) {
        if (isUnknown) report(change, deps.observer);
        throw error;
      }
      await deps.clock.sleep(RETRY_MS, signal);
    }
  }
}

function mayHaveMoved(error: unknown): boolean {
  return error instanceof DependencyFault && error.dependency === 'postgres' && error.effect === 'unknown';
}

function isRetryable(error: unknown): boolean {
  return error instanceof DependencyFault && error.retryable;
}

// Written before the cursor: after a crash in between, the next check finds the change again.
async function lowerMirror({ name, verdicts }: Change, { offsets }: CheckDeps): Promise<void> {
  if (verdicts[0]?.kind === 'recreated') await offsets.save(OFFSET_LABELS[name], STREAM_START);
}

function report(change: Change, observer: Observer): void {
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
