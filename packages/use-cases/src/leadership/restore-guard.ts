import type { JobStreamName } from '@galaxy/domain';
import { judgeRestored } from '@galaxy/domain';
import type { DeadLetterPublisher, Holds, JobStream, NumberedResultPublisher, OperationJournal, Outbox } from '@galaxy/manager-ports';
import type { StreamOffsetStore } from '@galaxy/ports';
import { DependencyFault } from '@galaxy/ports';
import { OFFSET_LABELS } from '../intake/mirror-offsets.js';

/** What the guard looks at. */
export interface RestoreGuardDeps {
  readonly journal: Pick<OperationJournal, 'cursors'>;
  readonly outbox: Pick<Outbox, 'state'>;
  readonly holds: Holds;
  readonly offsets: Pick<StreamOffsetStore, 'load'>;
  readonly stream: Pick<JobStream, 'shapes'>;
  readonly results: Pick<NumberedResultPublisher, 'state'>;
  readonly deadLetters: Pick<DeadLetterPublisher, 'state'>;
}

/**
 * Keeps a database that was restored to an earlier state from being worked with: whatever it would do was done before.
 * What was done is told by traces beside the streams: how far they were taken in, and the last message published.
 */
export interface RestoreGuard {
  /**
   * Returns whether there may be work: false while a hold `restored` is in force, which it sets itself when the traces
   * are ahead of the database. An answer is good until {@link distrust}, or until the database is seen to be held.
   * @throws DependencyFault when it can't be told; then nothing may be done.
   */
  readonly mayWork: () => Promise<boolean>;
  /** The database did not answer for a while: it may be another one by now. */
  readonly distrust: () => void;
  /** Calls back at the next {@link distrust}; gives what ends that. */
  readonly onDistrust: (listener: () => void) => () => void;
}

const STREAMS: readonly JobStreamName[] = ['start_jobs', 'stop_jobs'];

/** Makes the guard of one process. */
export function makeRestoreGuard(deps: RestoreGuardDeps): RestoreGuard {
  const listeners = new Set<() => void>();
  let trusted = false;
  let knownId: bigint | null = null;
  let looking: Promise<boolean> | null = null;
  const ask = async (): Promise<boolean> => {
    // Set before it is asked: a fault that is met meanwhile takes it back.
    trusted = true;
    const found = await look(deps, knownId).catch((error: unknown) => {
      trusted = false;
      throw error;
    });
    trusted &&= found.certain;
    if (!found.held) knownId = found.lastId;
    return !found.held;
  };
  return {
    mayWork: async () => {
      // Whoever asks during a look waits for it, too: until then nothing is known.
      if (trusted && looking === null) return true;
      looking ??= ask().finally(() => {
        looking = null;
      });
      return looking;
    },
    distrust: () => {
      trusted = false;
      for (const listener of [...listeners]) listener();
    },
    onDistrust: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** What a look found. Not `certain`: to be asked again before the next work. */
interface Found {
  readonly held: boolean;
  readonly certain: boolean;
  readonly lastId: bigint;
}

async function look(deps: RestoreGuardDeps, knownId: bigint | null): Promise<Found> {
  const { lastId } = await deps.outbox.state();
  if ((await deps.holds.list()).some(({ reason }) => reason === 'restored')) return { held: true, certain: false, lastId };
  const { evidence, certain } = await evidenceOf(lastId, knownId, deps);
  if (evidence.length === 0) return { held: false, certain, lastId };
  await deps.holds.set('restored', evidence.join('; '));
  // Who was frozen before that may have set it after a recovery, which lifts the hold once nothing speaks for it any more.
  if (certain && (await gather(deps)).length === 0) await deps.holds.clear('restored');
  return { held: true, certain: false, lastId };
}

interface Evidence {
  readonly evidence: readonly string[];
  readonly certain: boolean;
}

async function evidenceOf(lastId: bigint, knownId: bigint | null, deps: RestoreGuardDeps): Promise<Evidence> {
  try {
    return { evidence: await gather(deps), certain: true };
  } catch (error) {
    // The streams' server is away. What this process has seen of the database itself must do until it is back.
    if (knownId === null || !(error instanceof DependencyFault && error.dependency === 'redis')) throw error;
    const isBehind = lastId < knownId;
    const evidence = isBehind ? [`message ${String(knownId)} was decided, the database knows up to ${String(lastId)}`] : [];
    return { evidence, certain: false };
  }
}

async function gather({ journal, outbox, offsets, stream, results, deadLetters }: RestoreGuardDeps): Promise<string[]> {
  // The traces first: they only ever follow what the database has.
  const mirrors = await Promise.all(STREAMS.map((name) => offsets.load(OFFSET_LABELS[name])));
  const published = await Promise.all([results.state(), deadLetters.state()]);
  const [cursors, shapes, { lastId }] = await Promise.all([journal.cursors(), stream.shapes(), outbox.state()]);
  const place = (name: JobStreamName, at: number) => ({
    stream: name,
    place: cursors[name],
    mirror: mirrors[at] ?? null,
    lastId: shapes[name]?.lastId ?? null,
  });
  const publishedOutboxId = published.reduce((highest, { lastOutboxId: id }) => (id > highest ? id : highest), 0n);
  return judgeRestored({ streams: STREAMS.map(place), lastOutboxId: lastId, publishedOutboxId });
}
