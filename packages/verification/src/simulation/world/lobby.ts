import type { JobStreamName } from '@galaxy/domain';
import { DependencyFault } from '@galaxy/ports';
import { payloadHash, type RawEntry, rawEntry } from '@galaxy/wire';
import { IMAGES } from './images.js';
import { JOB_STREAMS } from './job-streams.js';
import type { Plan, PlannedJob } from './plan.js';
import type { World } from './world.js';

/** A job that was published. */
export interface LobbyEntry {
  readonly stream: JobStreamName;
  readonly entryId: string;
  readonly atMs: number;
  readonly planned: PlannedJob;
  /** The key of the entry in the database once it was ingested. */
  readonly entryKey: string;
  /** Whether its stream has lost it. */
  isLost: boolean;
  /** Whether it was trimmed and came back with a failover. Younger entries may have been read meanwhile. */
  cameBack: boolean;
}

const RETRY_MS = 50;

export const gameId = (game: number): string => `g${game}`;

/** The games of all jobs and requests. */
export const gamesOf = ({ jobs, requests }: Plan): ReadonlySet<string> => new Set([...jobs, ...requests].map(({ game }) => gameId(game)));

/** Publishes the planned jobs in order, each at its moment or as soon as the server accepts it. */
export class Lobby {
  readonly entries: LobbyEntry[] = [];
  readonly #world: World;
  readonly #left: PlannedJob[];
  #busyUntilMs = 0;

  constructor(world: World) {
    this.#world = world;
    this.#left = [...world.plan.jobs].sort((a, b) => a.atMs - b.atMs);
    this.#schedule(0);
  }

  /** Whether jobs are still to be published. */
  get isBusy(): boolean {
    return this.#left.length > 0;
  }

  /** Notes which entries the server has lost. */
  noteLosses(): void {
    const { streams, archive } = this.#world;
    for (const name of ['start_jobs', 'stop_jobs'] as const) {
      const held = new Set(streams.after(JOB_STREAMS[name], '0-0').map(({ entryId }) => entryId));
      for (const entry of this.entries) {
        // An entry that was ingested is not lost any more.
        if (entry.stream !== name || archive.entryKeys.has(entry.entryKey)) continue;
        if (!held.has(entry.entryId)) entry.isLost = true;
        else if (entry.isLost) entry.cameBack = true;
      }
    }
  }

  // No two jobs share a millisecond, because the contract does not say in which order such a start and stop are done.
  #schedule(retryMs: number): void {
    const [next] = this.#left;
    const { time } = this.#world;
    if (next !== undefined) time.after(Math.max(next.atMs, this.#busyUntilMs, time.ms + retryMs) - time.ms, () => this.#publish(next));
  }

  #publish(planned: PlannedJob): void {
    const { time, say, arrivals } = this.#world;
    const { stream, entry } = entryOf(planned, time.wallMs);
    const entryId = this.#append(stream, entry);
    if (entryId === null) return this.#schedule(RETRY_MS);
    const entryKey = `${stream}:${entryId}:${payloadHash(entry)}`;
    this.entries.push({ stream, entryId, atMs: time.ms, planned, entryKey, isLost: false, cameBack: false });
    say(`lobby ${planned.what} ${gameId(planned.game)} ${entryId}`);
    this.#left.shift();
    this.#busyUntilMs = time.ms + 1;
    for (const arrived of [...arrivals]) arrived();
    this.#schedule(0);
  }

  // Null when the server is away or full.
  #append(stream: JobStreamName, entry: RawEntry): string | null {
    try {
      return this.#world.streams.append(JOB_STREAMS[stream], entry);
    } catch (error) {
      if (error instanceof DependencyFault) return null;
      throw error;
    }
  }
}

function entryOf({ what, game }: PlannedJob, atMs: number): { readonly stream: JobStreamName; readonly entry: RawEntry } {
  const [game_id, requested_at_ms] = [gameId(game), String(atMs)];
  const stop = (reason: string) => ({ stream: 'stop_jobs', entry: rawEntry({ game_id, reason, requested_at_ms }) }) as const;
  if (what === 'stop') return stop('cancelled');
  if (what === 'invalid') return stop('bored');
  if (what === 'undecodable') return { stream: 'start_jobs', entry: rawEntry({ image_ref: 'a:1', requested_at_ms }) };
  return { stream: 'start_jobs', entry: rawEntry({ game_id, image_ref: IMAGES[what].image, requested_at_ms }) };
}
