import { isIdAfter, type JobStreamName, judgeStream, parseEntryId, type StreamPlace } from '@galaxy/domain';
import type { Clock, JobStream, Observer, OperationJournal, StreamShape } from '@galaxy/manager-ports';
import type { DutyTurn } from '../leadership/coordinator-duty.js';

export interface TrimDeps {
  readonly stream: Pick<JobStream, 'shapes' | 'trim'>;
  readonly journal: Pick<OperationJournal, 'cursors'>;
  readonly clock: Clock;
  readonly observer: Observer;
  /** Entries stay in their stream until the last ingested one is so much later, in milliseconds by their ids. */
  readonly marginMs: number;
}

const EVERY_MS = 60_000;
const PAUSE_MS = 50;
const STREAMS: readonly JobStreamName[] = ['start_jobs', 'stop_jobs'];

/**
 * Makes the turn of the coordinator that removes ingested entries from the job streams. Only entries before the cursor in the database
 * are removed, and only of a stream that is as the cursor left it: when entries were lost or the stream was recreated, the intake
 * finds that out first. The margin is for a database that is restored from a backup: it reads again what the streams still have.
 * The turn throws DependencyFault when a server does not answer; a crash leaves the rest to the next turn.
 */
export function makeTrimJobStreams(deps: TrimDeps): DutyTurn {
  const { clock, observer } = deps;
  const notTrimmed = new Set<JobStreamName>();
  const trimAll = async (name: JobStreamName, signal: AbortSignal): Promise<void> => {
    let removed = 0;
    for (let last = 1; last > 0 && !signal.aborted; ) {
      last = await trimOnce(name, deps, notTrimmed);
      removed += last;
      if (last > 0) await clock.sleep(PAUSE_MS, signal);
    }
    if (removed > 0) observer.observe({ kind: 'stream_trimmed', stream: name, removed });
  };
  return async (_, signal) => {
    for (const name of STREAMS) await trimAll(name, signal);
    await clock.sleep(EVERY_MS, signal);
  };
}

/** Removes one portion; returns how many entries it had. */
async function trimOnce(
  name: JobStreamName,
  { stream, journal, observer, marginMs }: TrimDeps,
  notTrimmed: Set<JobStreamName>,
): Promise<number> {
  // The cursor before the shape: it was behind the shape's last entry then, unless the stream is another one.
  const place = (await journal.cursors())[name];
  const shape = (await stream.shapes())[name];
  const cut = cutOf(place, shape, marginMs);
  if (cut === null) return 0;
  const outcome = await stream.trim(name, cut);
  if (outcome.kind === 'other_readers' && !notTrimmed.has(name)) observer.observe({ kind: 'stream_not_trimmed', stream: name });
  if (outcome.kind === 'other_readers') notTrimmed.add(name);
  else notTrimmed.delete(name);
  return outcome.kind === 'trimmed' ? outcome.removed : 0;
}

function cutOf(place: StreamPlace | null, shape: StreamShape | null, marginMs: number) {
  const cursor = parseEntryId(place?.cursor ?? '');
  if (place === null || cursor === null || shape === null || shape.firstId === null || judgeStream(place, shape).kind !== 'steady')
    return null;
  const before = `${cursor.ms > BigInt(marginMs) ? cursor.ms - BigInt(marginMs) : 0n}-0`;
  return isIdAfter(before, shape.firstId) ? { before, firstId: shape.firstId, cursor: place.cursor } : null;
}
