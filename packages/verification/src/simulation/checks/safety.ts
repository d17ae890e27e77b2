import type { JobStreamName } from '@galaxy/domain';
import { canTransition, isIdAfter, type RuntimeStatus } from '@galaxy/domain';
import type { Lobby } from '../world/lobby.js';
import type { World } from '../world/world.js';

const ENTERS: readonly RuntimeStatus[] = ['starting', 'running', 'engine_unreachable', 'removed'];

/** Checks that a record changes its status only as the status machine allows. */
export function watchRecords({ database: { records }, say, violate }: World): void {
  const set = records.set.bind(records);
  records.set = (gameId, record) => {
    const before = records.get(gameId)?.status ?? null;
    const after = record.status;
    if (before !== after) say(`record ${gameId} ${before ?? 'none'} -> ${after} ${(record.currentContainerId ?? '').slice(0, 12)}`);
    const isAllowed = before === null ? ENTERS.includes(after) : before === after || canTransition(before, after);
    if (!isAllowed) violate(`the record of ${gameId} moved from ${before ?? 'none'} to ${after}`);
    return set(gameId, record);
  };
}

/** Checks that at most one operation of a game runs, and none while an earlier one is open. */
export function watchOrder({ database, ports: { journal }, violate }: World): void {
  const claim = journal.claim.bind(journal);
  journal.claim = async (request) => {
    const answer = claim(request);
    const open = new Map<string, string>();
    for (const { gameId, opId, status, finishedAt } of database.operations) {
      const earlier = open.get(gameId);
      if (status === 'running' && earlier !== undefined) violate(`${opId} of ${gameId} runs before ${earlier} has ended`);
      if (finishedAt === null) open.set(gameId, opId);
    }
    return answer;
  };
}

/** Checks that cursors never pass an entry that is not queued, and that no offset is ahead of the farthest cursor so far. */
export function watchOffsets(world: World, lobby: Lobby): void {
  const { database, ports, violate } = world;
  const farthest: Record<JobStreamName, string> = { start_jobs: '0-0', stop_jobs: '0-0' };
  const check = (stream: JobStreamName): void => {
    const cursor = database.places[stream]?.cursor ?? '0-0';
    if (isIdAfter(cursor, farthest[stream])) farthest[stream] = cursor;
    const passed = lobby.entries.filter((entry) => entry.stream === stream && !entry.isLost && !isIdAfter(entry.entryId, cursor));
    for (const { entryId, entryKey } of passed)
      if (!isIngested(world, entryKey)) violate(`the cursor of ${stream} is at ${cursor}, and ${entryId} is not queued`);
  };
  const ingest = ports.journal.ingest.bind(ports.journal);
  ports.journal.ingest = async (intake) => {
    const answer = ingest(intake);
    check('start_jobs');
    check('stop_jobs');
    return answer;
  };
  const moveCursor = ports.journal.moveCursor.bind(ports.journal);
  ports.journal.moveCursor = async (lease, stream, place) => {
    const answer = moveCursor(lease, stream, place);
    check(stream);
    return answer;
  };
  const save = ports.offsets.save.bind(ports.offsets);
  ports.offsets.save = async (label, entryId) => {
    const stream = label === 'startjobs' ? 'start_jobs' : 'stop_jobs';
    if (isIdAfter(entryId, farthest[stream])) violate(`the offset of ${stream} is ${entryId}, but the cursor never was there`);
    return save(label, entryId);
  };
}

/** Whether an entry was queued, or became a dead letter because it names no game. */
export function isIngested({ archive }: World, entryKey: string): boolean {
  return archive.entryKeys.has(entryKey);
}
