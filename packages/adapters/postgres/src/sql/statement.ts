import { is, Placeholder, type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';

/** A statement with its values, ready for a driver. `name` is what faults call it: values never appear in messages. */
export interface Query {
  readonly name: string;
  readonly text: string;
  readonly params: readonly Value[];
}

/** What a driver is given: everything else is turned into one of these first. */
type Value = string | number | boolean | null;

// JSON goes as text, since one driver would quote a string that is JSON already.
const SQL_TYPES = {
  text: 'text',
  uuid: 'uuid',
  int: 'int',
  float: 'float8',
  bigint: 'bigint',
  boolean: 'boolean',
  time: 'timestamptz',
  json: 'text::json',
} as const satisfies Record<keyof Types, string>;

interface Types {
  text: string | null;
  uuid: string;
  int: number;
  float: number;
  bigint: bigint;
  boolean: boolean;
  time: Date | null;
  json: unknown;
}

/** The parameters of a statement: name and SQL type of each. */
export type Parameters = Readonly<Record<string, keyof Types>>;

/** What must be given for {@link Parameters}. A json value of null is SQL's NULL. */
export type Values<P extends Parameters> = { readonly [K in keyof P]: Types[P[K]] };

/** What stands in a statement for each of its {@link Parameters}: a placeholder with its cast. */
export type Placeholders<P extends Parameters> = { readonly [K in keyof P]: SQL };

/** A statement as the server sees it. */
export interface CompiledStatement {
  readonly name: string;
  readonly text: string;
  /** What `$1`, `$2` and so on stand for. A parameter that is written twice is here twice. */
  readonly parameters: readonly { readonly name: string; readonly type: string }[];
}

const dialect = new PgDialect();
const compiledByName = new Map<string, CompiledStatement>();

/** Every statement of this package. `npm run generate` writes them to the folder `__compiled__`, for people to read. */
export function compiledStatements(): readonly CompiledStatement[] {
  return [...compiledByName.values()];
}

/**
 * Compiles a statement once; the returned function only fills in values. The text is the same for every call, so that
 * the server's prepared statement is found again (unprepared, the large ones cost twice the time). No two statements have
 * the same name.
 */
export function statement<P extends Parameters>(
  name: string,
  parameters: P,
  build: (placeholders: Placeholders<P>) => SQL,
): (values: Values<P>) => Query {
  if (compiledByName.has(name)) throw new TypeError(`statement ${name}: there is another one of that name`);
  const placeholders = Object.fromEntries(
    Object.entries(parameters).map(([key, type]) => [key, sql`${sql.placeholder(key)}::${sql.raw(SQL_TYPES[type])}`]),
  );
  const { sql: text, params } = dialect.sqlToQuery(build(placeholders as Placeholders<P>));
  const places = params.map((param) => {
    const type = is(param, Placeholder) ? parameters[param.name] : undefined;
    if (!is(param, Placeholder) || type === undefined) throw new TypeError(`statement ${name}: values come through parameters`);
    return { key: param.name, type };
  });
  compiledByName.set(name, { name, text, parameters: places.map(({ key, type }) => ({ name: key, type: SQL_TYPES[type] })) });
  return (values) => ({ name, text, params: places.map(({ key, type }) => driverValue(values[key], type === 'json')) });
}

function driverValue(value: unknown, isJson: boolean): Value {
  if (value === null || value === undefined) return null;
  if (isJson) return json(value);
  // As text, so that the server alone decides the type and one statement stays one shape.
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'string') return storable(value);
  return typeof value === 'bigint' ? value.toString() : (value as Value);
}

// PostgreSQL can hold neither a NUL nor half a surrogate pair in a text. What others wrote may have both, and must not
// make a statement fail for ever. https://www.postgresql.org/docs/current/datatype-character.html
const storable = (text: string) => text.toWellFormed().replaceAll('\u0000', '\ufffd');
const MAY_BE_UNSTORABLE = /\\u(?:0000|d[89a-f])/;

function json(value: unknown): string {
  const text = JSON.stringify(value);
  if (!MAY_BE_UNSTORABLE.test(text)) return text;
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'string' ? storable(inner) : inner));
}
