import type { JobStreamName } from '@galaxy/domain';
import { isIdAfter, NEVER_READ } from '@galaxy/domain';
import type { DeadLetterToSend, Intake, IntakeOutcome, JobToQueue } from '@galaxy/manager-ports';
import type { MemoryDatabase } from './memory-database.js';
import { addDeadLetter } from './memory-dead-letter.js';
import { addOperation } from './memory-queue.js';

/** {@link OperationJournal.ingest} in memory. */
export function ingest(database: MemoryDatabase, intake: Intake): IntakeOutcome {
  if (!database.isCoordinator(intake.lease)) return { kind: 'lost' };
  if (database.holdsInForce.has('restored')) return { kind: 'on_hold' };
  const queued = intake.jobs.filter((job) => queue(database, job)).length;
  for (const letter of intake.deadLetters) addDeadLetter(database, letter.stream, entryKeyOf(letter), letter.letter);
  for (const stream of ['start_jobs', 'stop_jobs'] as const) move(database, intake, stream);
  return { kind: 'ingested', queued };
}

const entryKeyOf = ({ stream, entryId, payloadHash }: JobToQueue | DeadLetterToSend) => `${stream}:${entryId}:${payloadHash}`;

function queue(database: MemoryDatabase, toQueue: JobToQueue): boolean {
  const entryKey = entryKeyOf(toQueue);
  if (database.ingested.has(entryKey) || isPruned(database, toQueue)) return false;
  database.ingested.add(entryKey);
  const { opId, stream, entryId, raw, job } = toQueue;
  const asked = { opId, source: 'lobby', sourceRef: entryId, job, requestedBy: 'lobby', isRequest: false } as const;
  addOperation(database, { ...asked, entry: { stream, entryId, raw } });
  return true;
}

function isPruned({ prunedUpTo }: MemoryDatabase, { stream, entryId }: JobToQueue): boolean {
  return prunedUpTo[stream] === entryId || isIdAfter(prunedUpTo[stream], entryId);
}

function move({ places }: MemoryDatabase, { cursors, entriesRead }: Intake, stream: JobStreamName): void {
  const cursor = cursors[stream];
  const before = places[stream];
  if (before === null) places[stream] = { ...NEVER_READ, cursor, entriesRead: null };
  // An intake that is repeated or carried out late moves no cursor, so its entries are counted once.
  else if (isIdAfter(cursor, before.cursor))
    places[stream] = {
      ...before,
      cursor,
      entriesRead: before.entriesRead === null ? null : before.entriesRead + BigInt(entriesRead[stream]),
    };
}
