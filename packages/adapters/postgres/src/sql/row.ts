/** One row as a driver gives it. */
export type Row = Readonly<Record<string, unknown>>;

const wrong = (column: string, type: string, value: unknown) =>
  new TypeError(`postgres: column ${column} is not ${type} but ${value === null ? 'null' : typeof value}`);

/** A text column. */
export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw wrong(column, 'text', value);
  return value;
}

/** A text column that may be null. */
export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

/** A column of a type that fits a JavaScript number. */
export function int(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw wrong(column, 'a number', value);
  return value;
}

/** A column of a type that fits a JavaScript number, and that may be null. */
export function intOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : int(row, column);
}

/** A bigint column, selected `::text`: the drivers disagree on the type itself. */
export function bigInt(row: Row, column: string): bigint {
  return BigInt(text(row, column));
}

/** A boolean column. */
export function bool(row: Row, column: string): boolean {
  const value = row[column];
  if (typeof value !== 'boolean') throw wrong(column, 'a boolean', value);
  return value;
}

/** A timestamp column. */
export function time(row: Row, column: string): Date {
  const value = row[column];
  if (!(value instanceof Date)) throw wrong(column, 'a time', value);
  return value;
}

/** A timestamp column that may be null. */
export function timeOrNull(row: Row, column: string): Date | null {
  return row[column] === null ? null : time(row, column);
}

/** What a JSON column holds, selected `::text`. It was written by this package, so its shape is known to the caller. */
export function jsonText(row: Row, column: string): unknown {
  return JSON.parse(text(row, column));
}

/** A text column with one of a few values, kept so by a check constraint. */
export function oneOf<T extends string>(row: Row, column: string, values: readonly T[]): T {
  const found = values.find((value) => value === row[column]);
  if (found === undefined) throw wrong(column, 'one of the known values', row[column]);
  return found;
}
