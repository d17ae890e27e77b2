import type { Clock, Observer, OutboxKind, StreamLimit, StreamPublishing } from '@galaxy/manager-ports';
import type { DutyTurn } from '../leadership/coordinator-duty.js';

/** What stays of results and named outcomes: those of so many milliseconds, or the last so many entries. */
export type PublishedLimit = { readonly kind: 'age'; readonly ms: number } | { readonly kind: 'length'; readonly entries: number };

type Trimming = Pick<StreamPublishing, 'trim'>;

export interface TrimPublishedDeps {
  readonly results: Trimming;
  readonly outcomes?: Trimming;
  readonly clock: Clock;
  readonly observer: Observer;
  readonly limit: PublishedLimit;
  /** In milliseconds. What is younger always stays: the streams' server may lose it, and then it is sent again. */
  readonly resendWithinMs: number;
}

const EVERY_MS = 60_000;
const PAUSE_MS = 50;

/**
 * Makes the turn of the coordinator that removes old entries from the streams of results and named outcomes; dead letters stay. What a
 * consumer group still needs stays too, and is told once. A reader without a group is not known: it must read within the limit.
 * The turn throws DependencyFault when the server does not answer; a crash leaves the rest to the next turn.
 */
export function makeTrimPublished({ results, outcomes, ...deps }: TrimPublishedDeps): DutyTurn {
  const { clock } = deps;
  const told = new Set<OutboxKind>();
  return async (_, signal) => {
    await trimAll('job_result', results, deps, told, signal);
    if (outcomes !== undefined) await trimAll('job_outcome', outcomes, deps, told, signal);
    await clock.sleep(EVERY_MS, signal);
  };
}

async function trimAll(
  kind: OutboxKind,
  stream: Trimming,
  { clock, observer, limit, resendWithinMs }: Omit<TrimPublishedDeps, 'results' | 'outcomes'>,
  told: Set<OutboxKind>,
  signal: AbortSignal,
): Promise<void> {
  let all = 0;
  let isHeldBack = false;
  for (let last = 1; last > 0 && !signal.aborted; ) {
    const { removed, heldBack } = await stream.trim(limitOf(limit, resendWithinMs));
    [last, isHeldBack] = [removed, heldBack];
    all += removed;
    if (last > 0) await clock.sleep(PAUSE_MS, signal);
  }
  if (all > 0) observer.observe({ kind: 'published_trimmed', messageKind: kind, removed: all });
  if (isHeldBack && !told.has(kind)) observer.observe({ kind: 'published_not_trimmed', messageKind: kind });
  if (isHeldBack) told.add(kind);
  else told.delete(kind);
}

function limitOf(limit: PublishedLimit, resendWithinMs: number): StreamLimit {
  return limit.kind === 'age'
    ? { youngerThanMs: Math.max(limit.ms, resendWithinMs), lastEntries: 0 }
    : { youngerThanMs: resendWithinMs, lastEntries: limit.entries };
}
