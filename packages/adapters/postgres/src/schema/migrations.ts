import { readFileSync } from 'node:fs';

/** One step of the schema. */
export interface Migration {
  /** Its place in the order, from 0. */
  readonly index: number;
  readonly name: string;
  readonly sql: string;
}

interface Journal {
  readonly entries: readonly { readonly idx: number; readonly tag: string }[];
}

// The folder lies beside src and beside dist alike.
const FOLDER = new URL('../../migrations/', import.meta.url);

/** The migrations this version knows, in order. They are drizzle-kit's files, shipped with the package. */
export function readMigrations(): Migration[] {
  const { entries } = JSON.parse(readFileSync(new URL('meta/_journal.json', FOLDER), 'utf8')) as Journal;
  return entries.map(({ idx, tag }) => ({ index: idx, name: tag, sql: readFileSync(new URL(`${tag}.sql`, FOLDER), 'utf8') }));
}
