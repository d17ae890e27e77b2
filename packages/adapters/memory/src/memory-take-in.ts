import { jobOperation } from '@galaxy/domain';
import type { DeadLetterToSend, Intake, IntakeOutcome, JobToQueue } from '@galaxy/ports';
import type { MemoryDatabase, MemoryOperation } from './memory-database.js';

/** {@link OperationJournal.takeIn} in memory. */
export function takeIn(database: MemoryDatabase, intake: Intake): IntakeOutcome {
  if (!database.holds(intake.lease)) return { kind: 'lost' };
  const queued = intake.jobs.filter((job) => queue(database, job)).length;
  for (const letter of intake.deadLetters) send(database, letter);
  Object.assign(database.cursors, intake.cursors);
  return { kind: 'taken_in', queued };
}

const entryKeyOf = ({ stream, entryId, payloadHash }: JobToQueue | DeadLetterToSend) => `${stream}:${entryId}:${payloadHash}`;

function queue(database: MemoryDatabase, entry: JobToQueue): boolean {
  const entryKey = entryKeyOf(entry);
  if (database.takenIn.has(entryKey)) return false;
  database.takenIn.add(entryKey);
  const { opId, entryId, job } = entry;
  const ord = BigInt(database.operations.length + 1);
  const operation = { opId, ord, gameId: job.gameId, op: jobOperation(job), source: 'lobby', sourceRef: entryId } as const;
  database.operations.push({ ...operation, job: structuredClone(job), queuedAt: database.clock.now(), ...untouched() });
  return true;
}

function untouched(): Omit<MemoryOperation, 'opId' | 'ord' | 'gameId' | 'op' | 'source' | 'sourceRef' | 'job' | 'queuedAt'> {
  return {
    status: 'queued',
    attempt: 0,
    failures: 0,
    creditedAttempt: 0,
    unavailableMs: 0,
    holder: null,
    expiresAtMs: 0,
    progress: null,
    progressAttempt: 0,
    furthestStep: 0,
    result: null,
    errorCode: '',
    startedAt: null,
    finishedAt: null,
  };
}

function send(database: MemoryDatabase, toSend: DeadLetterToSend): void {
  const { stream: lane } = toSend;
  const letter = structuredClone(toSend.letter);
  const dedupeKey = entryKeyOf(toSend);
  if (database.lane('dead_letter', lane).some((message) => message.dedupeKey === dedupeKey)) return;
  database.addMessage(dedupeKey, 'dead_letter', lane, (id, number) => ({ kind: 'dead_letter', id, message: { lane, number, letter } }));
}
