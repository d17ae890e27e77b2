import postgres from 'postgres';
import { expect, vi } from 'vitest';

/** Another session, which may hold a transaction open for as long as a test likes. */
export class OtherSession {
  readonly #sql: postgres.Sql;

  constructor(url: string) {
    this.#sql = postgres(url, { max: 1, onnotice: () => undefined });
  }

  /** Runs SQL in the session. */
  run(text: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return this.#sql.unsafe(text);
  }

  /** Lets `count` calls run into this session's locks, and ends its transaction then. */
  async whileWaiting<T>(call: () => Promise<T>, { count = 1, end = 'commit', meanwhile = async () => {} }: Waiting = {}): Promise<T> {
    const outcome = call();
    await vi.waitFor(async () => {
      // Within a transaction the view below stays as it was first read.
      await this.run('select pg_stat_clear_snapshot()');
      const [row] = await this.run(
        "select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      );
      expect(row?.['n']).toBeGreaterThanOrEqual(count);
    }, 4000);
    await meanwhile();
    await this.run(end);
    return outcome;
  }

  close(): Promise<void> {
    return this.#sql.end({ timeout: 1 });
  }
}

interface Waiting {
  readonly count?: number;
  readonly end?: 'commit' | 'rollback';
  /** Done by somebody else before the transaction ends. */
  readonly meanwhile?: () => Promise<void>;
}
