import { readFileSync } from 'node:fs';

/** One change of the schema. */
export interface Migration {
  /** The position in the order of all migrations, from 0. */
  readonly index: number;
  readonly name: string;
  readonly sql: string;
  /** How many migrations a version must know to work on a database that has this one. */
  readonly minReader: number;
}

interface Journal {
  readonly entries: readonly { readonly idx: number; readonly tag: string }[];
}

// The same path from src and from dist: the folder is beside both.
const FOLDER = new URL('../../migrations/', import.meta.url);

/** The migrations that this version knows, in order: the files of drizzle-kit, which are shipped with the package. */
export function readMigrations(): Migration[] {
  const { entries } = JSON.parse(readFileSync(new URL('meta/_journal.json', FOLDER), 'utf8')) as Journal;
  return entries.map(({ idx, tag }) => {
    const sql = readFileSync(new URL(`${tag}.sql`, FOLDER), 'utf8');
    return { index: idx, name: tag, sql, minReader: minReaderOf(sql) ?? idx + 1 };
  });
}

// A migration that only adds says so in its first line; any other one needs a reader that knows it.
function minReaderOf(sql: string): number | null {
  const [, said] = /^-- min_reader: (\d+)$/m.exec(sql.slice(0, sql.indexOf('\n'))) ?? [];
  return said === undefined ? null : Number(said);
}
