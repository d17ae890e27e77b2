import type { OutboxEntry, PublishStamp } from '@galaxy/manager-ports';
import type { JobResult } from '@galaxy/ports';
import { entriesOf, type World } from './world.test-support.js';

/** Decides the next result of a game, as a finish does. */
export function decide(world: World, gameId: string, text: string): OutboxEntry {
  const result: JobResult = { gameId, outcome: 'failure', containerId: '', engineEndpoint: '', errorCode: 'conflict', errorMessage: text };
  return world.database.addMessage(text, 'job_result', gameId, (id, number, epoch) => ({
    kind: 'job_result',
    id,
    epoch,
    message: { number, result },
  }));
}

/** Decides the next dead letter of a lane. */
export function decideDeadLetter(world: World, lane: string, sourceEntryId: string): OutboxEntry {
  const letter = { sourceStream: 's', sourceEntryId, errorCode: 'invalid_job', errorMessage: 'm', raw: '[]', attempts: 0, failedAtMs: 0n };
  return world.database.addMessage(sourceEntryId, 'dead_letter', lane, (id, number, epoch) => ({
    kind: 'dead_letter',
    id,
    epoch,
    message: { lane, number, letter },
  }));
}

/** Decides the next named outcome of a game. */
export function decideOutcome(world: World, gameId: string, jobEntryId: string): OutboxEntry {
  const result: JobResult = { gameId, outcome: 'success', containerId: 'c', engineEndpoint: 'e', errorCode: '', errorMessage: '' };
  const outcome = { result, jobStream: 's', jobEntryId, opId: '0190a6c8-4f5e-7d3a-9c1b-2a3b4c5d6e7f', number: null };
  return world.database.addMessage(jobEntryId, 'job_outcome', gameId, (id, number, epoch) => ({
    kind: 'job_outcome',
    id,
    epoch,
    message: { number, outcome },
  }));
}

/** What an entry is published with. */
export const stampOf = ({ epoch, id }: OutboxEntry): PublishStamp => ({ epoch, outboxId: id });

/** The texts of the published results, of one game or of all. */
export const published = (world: World, gameId?: string) =>
  entriesOf(world, 'runtime:job_results')
    .filter((entry) => gameId === undefined || entry['game_id'] === gameId)
    .map((entry) => entry['error_message']);

/** The source entries of the published dead letters. */
export const publishedLetters = (world: World) => entriesOf(world, 'runtime:dead_letters').map((entry) => entry['source_entry_id']);

/** How many messages are not marked as published. */
export const pending = (world: World) => world.database.outbox.filter((message) => !message.published).length;

/** The events of those kinds, in order. */
export const eventsOf = (world: World, ...kinds: string[]) => world.events.filter(({ kind }) => kinds.includes(kind));
