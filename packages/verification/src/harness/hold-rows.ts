import postgres from 'postgres';

/** A transaction of somebody else that stays open, as a forgotten one in psql would. */
export interface OpenTransaction {
  /** Ends the session, and with it the transaction. */
  release(): Promise<void>;
}

/** Locks the free ones of some rows, `table where …`, and leaves the transaction open. */
export function holdRows(url: string, rows: string): Promise<OpenTransaction> {
  return leaveOpen(url, 'begin', `select from ${rows} for update skip locked`);
}

/** Takes a snapshot of the database, and leaves the transaction open: no row version that is younger can be cleaned up. */
export function holdSnapshot(url: string): Promise<OpenTransaction> {
  return leaveOpen(url, 'begin isolation level repeatable read', 'select from runtime_records');
}

async function leaveOpen(url: string, ...statements: readonly string[]): Promise<OpenTransaction> {
  // One connection that is never replaced, so that every statement is in the same session.
  const sql = postgres(url, { max: 1, max_lifetime: null, connect_timeout: 2, onnotice: () => undefined });
  const release = (): Promise<void> => sql.end({ timeout: 1 });
  try {
    for (const statement of statements) await sql.unsafe(statement);
  } catch (error) {
    await release();
    throw error;
  }
  return { release };
}
