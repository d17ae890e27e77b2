import { setTimeout as sleep } from 'node:timers/promises';
import { RedisConnection, tailStream } from '@galaxy/adapter-redis';
import { isIdAfter } from '@galaxy/domain';
import { DependencyFault } from '@galaxy/ports';
import type { JobOutcome as NamedOutcome } from '@galaxy/wire';
import { decodeJobOutcome } from '@galaxy/wire';
import type { ReadEntry } from './read-entries.js';
import type { serverOf } from './redis-server.js';

const RETRY_MS = 100;

/** What an {@link OutcomeWatch} is built from. */
export interface OutcomeWatchOptions {
  readonly server: ReturnType<typeof serverOf>;
  /** The next entries after an id, without waiting for more; none when there are none. */
  readonly entriesAfter: (entryId: string) => Promise<readonly ReadEntry[]>;
  /** The key of the stream of outcomes. */
  readonly key: string;
}

/** Somebody who waits for the outcome of one job. */
export interface OutcomeWaiter {
  /** The key of the job's stream. */
  readonly jobStream: string;
  readonly jobEntryId: string;
  readonly resolve: (outcome: NamedOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** One reading of the stream. Every entry after `position` is still to be told. */
interface Following {
  position: string;
  readonly end: AbortController;
}

/**
 * Reads the stream of outcomes for all waiters together, over one connection, as long as there are any. A waiter who comes later is
 * told what follows, as the others are, and what came before is read once more for him: so nothing falls between the two.
 */
export class OutcomeWatch {
  readonly #options: OutcomeWatchOptions;
  readonly #waiters = new Set<OutcomeWaiter>();
  #following: Following | null = null;

  constructor(options: OutcomeWatchOptions) {
    this.#options = options;
  }

  /** Tells the waiter the outcome if it is anywhere after `place`, until {@link leave}. */
  enter(waiter: OutcomeWaiter, place: string): void {
    this.#waiters.add(waiter);
    if (this.#following !== null) {
      void this.#lookBack(waiter, place, this.#following.position);
      return;
    }
    this.#following = { position: place, end: new AbortController() };
    void this.#follow(this.#following);
  }

  /** Repeating is safe. */
  leave(waiter: OutcomeWaiter): void {
    this.#waiters.delete(waiter);
    if (this.#waiters.size > 0) return;
    this.#following?.end.abort();
    this.#following = null;
  }

  /** Rejects what all waiters wait for. */
  rejectAll(error: unknown): void {
    for (const { reject } of [...this.#waiters]) reject(error);
  }

  async #follow(following: Following): Promise<void> {
    const { server, key } = this.#options;
    const { signal } = following.end;
    const reader = new RedisConnection({ server, role: 'reader' });
    try {
      for await (const read of tailStream(reader, { key, after: following.position, signal })) {
        following.position = read.entryId;
        this.#tell(read);
      }
    } catch (error) {
      if (this.#following === following) this.#following = null;
      this.rejectAll(error);
    } finally {
      reader.close();
    }
  }

  /** Reads what is after `place` and not after `upTo`, as long as the waiter is there. */
  async #lookBack(waiter: OutcomeWaiter, place: string, upTo: string): Promise<void> {
    for (let after = place; this.#waiters.has(waiter) && isIdAfter(upTo, after); ) {
      try {
        const entries = await this.#options.entriesAfter(after);
        entries.forEach((read) => this.#tell(read));
        after = entries.at(-1)?.entryId ?? upTo;
      } catch (error) {
        if (!(error instanceof DependencyFault && error.retryable)) {
          waiter.reject(error);
          return;
        }
        await sleep(RETRY_MS);
      }
    }
  }

  #tell({ entry }: ReadEntry): void {
    const decoded = decodeJobOutcome(entry);
    if (decoded.kind === 'refused') return;
    const { outcome } = decoded;
    for (const { jobStream, jobEntryId, resolve } of this.#waiters)
      if (jobStream === outcome.jobStream && jobEntryId === outcome.jobEntryId) resolve(outcome);
  }
}
