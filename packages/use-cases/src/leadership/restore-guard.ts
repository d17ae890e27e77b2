import type { JobStreamName } from '@galaxy/domain';
import { judgeRestored } from '@galaxy/domain';
import {
  type Holds,
  type JobStream,
  type OperationJournal,
  type Outbox,
  publishingByKind,
  type StreamPublishing,
} from '@galaxy/manager-ports';
import type { StreamOffsetStore } from '@galaxy/ports';
import { DependencyFault } from '@galaxy/ports';
import { OFFSET_LABELS } from '../intake/mirror-offsets.js';

export interface RestoreGuardDeps {
  readonly journal: Pick<OperationJournal, 'cursors'>;
  readonly outbox: Pick<Outbox, 'state'>;
  readonly holds: Holds;
  readonly offsets: Pick<StreamOffsetStore, 'load'>;
  readonly stream: Pick<JobStream, 'shapes'>;
  readonly results: Pick<StreamPublishing, 'state'>;
  readonly deadLetters: Pick<StreamPublishing, 'state'>;
  readonly outcomes?: Pick<StreamPublishing, 'state'>;
}

/**
 * Stops all work with a database that was restored from a backup: its open operations may have been carried out before. It
 * finds this out from traces that are kept beside the streams: up to which entry they were ingested, and the last published
 * message. When the traces are ahead of the database, the database was restored.
 */
export interface RestoreGuard {
  /**
   * Returns whether work is allowed. It is not while the hold `restored` is in force; the guard sets that hold itself when the
   * traces are ahead of the database. The answer is kept until {@link distrust}, or until the hold is found.
   * @throws DependencyFault when the check is not possible; then no work is allowed.
   */
  readonly mayWork: () => Promise<boolean>;
  /** Call it when the database did not answer: another database may answer next, so the guard must check again. */
  readonly distrust: () => void;
  /** Calls the listener at every {@link distrust}. Returns a function that removes the listener. */
  readonly onDistrust: (listener: () => void) => () => void;
}

const STREAMS: readonly JobStreamName[] = ['start_jobs', 'stop_jobs'];

export function makeRestoreGuard(deps: RestoreGuardDeps): RestoreGuard {
  const listeners = new Set<() => void>();
  let trusted = false;
  let knownId: bigint | null = null;
  let checking: Promise<boolean> | null = null;
  const ask = async (): Promise<boolean> => {
    // Set before the check: `distrust` may be called during it, and must win.
    trusted = true;
    const found = await check(deps, knownId).catch((error: unknown) => {
      trusted = false;
      throw error;
    });
    trusted &&= found.certain;
    if (!found.held) knownId = found.lastId;
    return !found.held;
  };
  return {
    mayWork: async () => {
      // A caller that comes during a check waits for its result: `trusted` says nothing until then.
      if (trusted && checking === null) return true;
      checking ??= ask().finally(() => {
        checking = null;
      });
      return checking;
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

/** What a check found. When it is not `certain`, the next call of `mayWork` checks again. */
interface Found {
  readonly held: boolean;
  readonly certain: boolean;
  readonly lastId: bigint;
}

async function check(deps: RestoreGuardDeps, knownId: bigint | null): Promise<Found> {
  const { lastId } = await deps.outbox.state();
  if ((await deps.holds.list()).some(({ reason }) => reason === 'restored')) return { held: true, certain: false, lastId };
  const { evidence, certain } = await evidenceOf(lastId, knownId, deps);
  if (evidence.length === 0) return { held: false, certain, lastId };
  await deps.holds.set('restored', evidence.join('; '));
  // This process may have been frozen between reading the evidence and setting the hold, and a recovery may have cleared the hold
  // meanwhile. So read the evidence again: if there is none now, the hold was set too late and is removed.
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
    // Redis does not answer. Until it does, compare the database with the highest message id that this process has seen in it.
    if (knownId === null || !(error instanceof DependencyFault && error.dependency === 'redis')) throw error;
    const isBehind = lastId < knownId;
    const evidence = isBehind
      ? [`message ${String(knownId)} was written before, but the last message in the database is ${String(lastId)}`]
      : [];
    return { evidence, certain: false };
  }
}

async function gather(deps: RestoreGuardDeps): Promise<string[]> {
  const { journal, outbox, offsets, stream } = deps;
  // Read the traces before the database: a trace is always written after the row it repeats, so an intact database is never behind.
  const mirrors = await Promise.all(STREAMS.map((name) => offsets.load(OFFSET_LABELS[name])));
  const published = await Promise.all(publishingByKind(deps).map(([, stream]) => stream.state()));
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
