import { randomBytes } from 'node:crypto';
import postgres from 'postgres';

/** A database on a shared server that only one test uses. */
export interface FreshDatabase {
  readonly name: string;
  /** The URL of this database, with the user and the server of the URL that it was made from. */
  readonly url: string;
  /** Removes it, and ends all sessions that are still connected. */
  drop(): Promise<void>;
}

/**
 * Creates an empty database with a unique name. Rejects when the server does not answer within a minute, or when the user of the URL
 * may not create databases.
 */
export async function freshDatabase(serverUrl: string): Promise<FreshDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await administer(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { name, url: url.href, drop: () => administer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function administer(serverUrl: string, statement: string): Promise<void> {
  const sql = postgres(serverUrl, { max: 1, connect_timeout: 60, onnotice: () => undefined });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
