import { isIdAfter } from '@galaxy/domain';
import { JOB_STREAMS } from '../world/job-streams.js';
import type { Lobby } from '../world/lobby.js';
import type { World } from '../world/world.js';

/** Checks what is deleted, and counts it: entries of job streams, ended operations, old records, published messages. */
export function watchHousekeeping(world: World, lobby: Lobby): void {
  watchTrimming(world, lobby);
  watchHistory(world);
  watchOutbox(world);
  countReadAgain(world);
}

// Entries that are lost were reported, whatever becomes of them later.
function watchTrimming({ ports: { stream }, streams, archive, violate, coverage, say }: World, lobby: Lobby): void {
  const trim = stream.trim.bind(stream);
  const held = (key: string): ReadonlySet<string> => new Set(streams.after(key, '0-0').map(({ entryId }) => entryId));
  stream.trim = async (name, cut) => {
    const key = JOB_STREAMS[name];
    const before = held(key);
    const outcome = await trim(name, cut);
    const after = held(key);
    coverage.hit('entries trimmed', before.size - after.size);
    for (const { stream: of, entryId, entryKey, isLost } of lobby.entries) {
      if (of !== name || isLost || !before.has(entryId) || after.has(entryId)) continue;
      say(`trimmed ${name} ${entryId}`);
      if (!archive.entryKeys.has(entryKey)) violate(`${entryId} of ${name} was trimmed before it was ingested`);
    }
    return outcome;
  };
}

function watchHistory({ ports: { history }, database, plan, time, violate, coverage, facts, say }: World): void {
  const pruneOperations = history.pruneOperations.bind(history);
  history.pruneOperations = async (...asked) => {
    const before = [...database.operations];
    const outcome = await pruneOperations(...asked);
    if (outcome.kind !== 'pruned' || outcome.deleted === 0) return outcome;
    coverage.hit('operations pruned', outcome.deleted);
    const left = new Set(database.operations);
    const latestMs = time.wallMs - (plan.settings.historyMs ?? Number.POSITIVE_INFINITY);
    for (const { opId, gameId, finishedAt } of before.filter((one) => !left.has(one))) {
      say(`pruned ${opId} of ${gameId}`);
      if (finishedAt === null || finishedAt.getTime() > latestMs) violate(`${opId} of ${gameId} was pruned before it was old`);
    }
    return outcome;
  };
  const pruneRecords = history.pruneRecords.bind(history);
  history.pruneRecords = async (...asked) => {
    const before = [...database.records.values()];
    const outcome = await pruneRecords(...asked);
    for (const { gameId, status } of before.filter((record) => !database.records.has(record.gameId))) {
      say(`forgotten ${gameId}`);
      coverage.hit('records pruned');
      facts.add('record forgotten', gameId);
      if (status !== 'removed') violate(`the record of ${gameId} was pruned, although it is ${status}`);
    }
    return outcome;
  };
}

function watchOutbox({ ports: { outbox }, database, violate, coverage }: World): void {
  const prune = outbox.prune.bind(outbox);
  outbox.prune = async (...asked) => {
    const before = [...database.outbox];
    const deleted = await prune(...asked);
    if (deleted === 0) return deleted;
    coverage.hit('messages pruned', deleted);
    const left = new Set(database.outbox);
    for (const message of before.filter((one) => !left.has(one))) {
      const { entry, published, resolution } = message;
      if (!published) violate(`message ${String(entry.id)} was pruned before it was published`);
      if (entry.kind === 'dead_letter' && resolution === null) violate(`dead letter ${String(entry.id)} was pruned undecided`);
    }
    return deleted;
  };
}

// Of an entry that is read again the log may have been pruned. Then only the mark tells that it was queued.
function countReadAgain({ ports: { journal }, database, archive, coverage }: World): void {
  const ingest = journal.ingest.bind(journal);
  journal.ingest = async (intake) => {
    for (const { stream, entryId, payloadHash } of intake.jobs) {
      const key = `${stream}:${entryId}:${payloadHash}`;
      if (!archive.entryKeys.has(key)) continue;
      coverage.hit('entries read again');
      const isBehindMark = !isIdAfter(entryId, database.prunedUpTo[stream]);
      if (isBehindMark && !database.ingested.has(key)) coverage.hit('pruned entries read again');
    }
    return ingest(intake);
  };
}
