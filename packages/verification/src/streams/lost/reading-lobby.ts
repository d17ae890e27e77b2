import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '@galaxy/testing';
import { Redis } from 'ioredis';

const RESULTS = 'runtime:job_results';

/** One result as Lobby reads it. The tests write into each result its number among those of its game. */
export interface ReadResult {
  readonly entryId: string;
  readonly game: string;
  readonly number: number;
}

/** Lobby's side of the results: it keeps the id of the last entry that it has read, and reads what follows. */
export class ReadingLobby {
  readonly read: ReadResult[] = [];
  readonly #redis: Redis;
  #after = '0-0';
  #reading: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(url: string) {
    this.#redis = new Redis(url, { maxRetriesPerRequest: 0, commandTimeout: 1000, retryStrategy: () => 20 });
    this.#redis.on('error', () => undefined);
  }

  /** Reads at most `limit` entries and returns how many it has read. */
  async readSome(limit: number): Promise<number> {
    const entries = await this.#redis.xrange(RESULTS, `(${this.#after}`, '+', 'COUNT', limit);
    for (const [entryId, fields] of entries) {
      this.read.push(resultOf(entryId, fields));
      this.#after = entryId;
    }
    return entries.length;
  }

  /** Reads repeatedly, until {@link rest}. */
  readOn(): void {
    this.#isOver = false;
    this.#reading = (async () => {
      while (!this.#isOver) if ((await this.readSome(100).catch(() => 0)) === 0) await sleep(5);
    })();
  }

  /** Ends what {@link readOn} began. */
  async rest(): Promise<void> {
    this.#isOver = true;
    await this.#reading;
  }

  /** Reads until there is nothing more. */
  async readAll(): Promise<void> {
    await waitFor('the end of the results', async () => (await this.readSome(1000)) === 0);
  }

  /** Whether it has read the entry with this id. */
  hasRead({ entryId }: ReadResult): boolean {
    return this.read.some((one) => one.entryId === entryId);
  }

  close(): void {
    this.#redis.disconnect();
  }
}

/** All results in the stream of a server. */
export async function resultsIn(redis: Redis): Promise<ReadResult[]> {
  return (await redis.xrange(RESULTS, '-', '+')).map(([entryId, fields]) => resultOf(entryId, fields));
}

function resultOf(entryId: string, fields: readonly string[]): ReadResult {
  const field = (name: string) => fields[fields.indexOf(name) + 1] ?? '';
  return { entryId, game: field('game_id'), number: Number(field('error_message')) };
}

/** The numbers of each game's results, in the order in which Lobby has read them. */
export function numbersByGame(read: readonly ReadResult[]): Record<string, number[]> {
  const games: Record<string, number[]> = {};
  for (const { game, number } of read) (games[game] ??= []).push(number);
  return games;
}

/**
 * What Lobby must have read at the end: each result of each game once and in order. There was one loss. `again` holds the results
 * that Lobby had read and the server lost: after it, the results of a game continue from the first of these.
 */
export function expectedByGame(decided: ReadonlyMap<string, number>, again: readonly ReadResult[]): Record<string, number[]> {
  const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);
  return Object.fromEntries(
    [...decided].map(([game, count]) => {
      const lost = again.filter((one) => one.game === game).map(({ number }) => number);
      return [game, lost.length === 0 ? upTo(1, count) : [...upTo(1, Math.max(...lost)), ...upTo(Math.min(...lost), count)]];
    }),
  );
}
