import { isDeepStrictEqual } from 'node:util';
import { type OutboxEntry, type OutboxKind, outboxLane } from '@galaxy/manager-ports';
import { decodeJobOutcome, decodeJobResult } from '@galaxy/wire';
import { JOB_STREAMS } from '../world/job-streams.js';
import type { World } from '../world/world.js';
import type { Operation } from './archive.js';
import type { Published } from './published.js';

/**
 * What is wrong with the messages of a game, all of whose operations have ended; null when nothing is. Every job has one result, and
 * every job and request one named outcome, if they are on: in the order of the queue, with the fields of the operation.
 */
export function wrongMessages({ archive, plan }: World, game: string): string | null {
  const own = archive.operations.filter(({ gameId }) => gameId === game);
  const jobs = own.filter(({ source }) => source === 'lobby');
  const named = plan.settings.namesOutcomes ? own.filter(({ source }) => source === 'lobby' || source === 'admin') : [];
  const results = jobs.map(({ opId, result }, at) => ({ opId, message: { number: BigInt(at + 1), result } }));
  const outcomes = named.map((one, at) => ({
    opId: one.opId,
    message: { number: BigInt(at + 1), outcome: { ...namesOf(one), result: one.result, number: numberOf(one, jobs) } },
  }));
  const messages = (kind: OutboxKind) =>
    archive.messages
      .filter(({ entry }) => entry.kind === kind && outboxLane(entry).lane === game)
      .map(({ dedupeKey, entry }) => ({ opId: dedupeKey, message: entry.message }));
  return different(game, 'results', messages('job_result'), results) ?? different(game, 'outcomes', messages('job_outcome'), outcomes);
}

const namesOf = ({ opId, sourceRef, entry }: Operation) => ({
  jobStream: entry === null ? '' : JOB_STREAMS[entry.stream],
  jobEntryId: sourceRef,
  opId,
});

const numberOf = (one: Operation, jobs: readonly Operation[]) => (one.source === 'lobby' ? BigInt(jobs.indexOf(one) + 1) : null);

interface Told {
  readonly opId: string;
  readonly message: unknown;
}

function different(game: string, what: string, told: readonly Told[], wanted: readonly Told[]): string | null {
  if (told.length !== wanted.length) return `${game} has ${told.length} ${what} instead of ${wanted.length}`;
  const at = wanted.findIndex((one, n) => !isDeepStrictEqual(one, told[n]));
  return at < 0 ? null : `${game}: number ${at + 1} of its ${what} is ${inWords(told[at])} instead of ${inWords(wanted[at])}`;
}

const inWords = (what: unknown): string => JSON.stringify(what, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));

/** What is wrong with what was read from a stream; null when every entry is the message that the outbox had under its number. */
export function wronglyRead({ archive }: World, { kind, contents }: Published): string | null {
  const messages = new Map<string, OutboxEntry>();
  for (const { entry } of archive.messages)
    if (entry.kind === kind) messages.set(`${outboxLane(entry).lane} ${String(entry.message.number)}`, entry);
  for (const [name, raw] of contents) {
    const entry = messages.get(name);
    const [wanted, read] =
      entry?.kind === 'job_outcome'
        ? [{ kind: 'outcome', outcome: entry.message.outcome }, decodeJobOutcome(raw)]
        : entry?.kind === 'job_result'
          ? [{ kind: 'result', result: entry.message.result }, decodeJobResult(raw)]
          : [null, null];
    if (!isDeepStrictEqual(read, wanted)) return `${kind} ${name} was read as ${inWords(read)} instead of ${inWords(wanted)}`;
  }
  return null;
}
