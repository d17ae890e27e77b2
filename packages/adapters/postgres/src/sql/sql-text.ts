import { type Column, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';

type Assignments<T extends PgTable> = { readonly [K in keyof T['_']['columns']]?: SQL };

/** A column's bare name, as SET lists, column lists and ON CONFLICT want it. */
export function bare(column: Column): SQL {
  return sql`${sql.identifier(column.name)}`;
}

/** Bare names, separated by commas. */
export function bareList(...columns: readonly Column[]): SQL {
  return sql.join(columns.map(bare), sql`, `);
}

/** `column = expression, …` for UPDATE … SET; the keys are the table's own. */
export function assignments<T extends PgTable>(table: T, values: Assignments<T>): SQL {
  return sql.join(
    entries(table, values).map(([column, value]) => sql`${bare(column)} = ${value}`),
    sql`, `,
  );
}

/** `insert into table (columns) select expressions`; write FROM and the rest behind it. */
export function insertSelect<T extends PgTable>(table: T, values: Assignments<T>): SQL {
  const pairs = entries(table, values);
  const expressions = sql.join(
    pairs.map(([, value]) => value),
    sql`, `,
  );
  return sql`insert into ${table} (${bareList(...pairs.map(([column]) => column))}) select ${expressions}`;
}

function entries<T extends PgTable>(table: T, values: Assignments<T>): [Column, SQL][] {
  const columns: Record<string, Column> = getTableColumns(table);
  return Object.entries<SQL | undefined>(values).flatMap(([key, value]) => {
    const column = columns[key];
    return column === undefined || value === undefined ? [] : [[column, value] satisfies [Column, SQL]];
  });
}

/** A moment `ms` milliseconds from now by the database's clock, which moves within a statement too. */
export function fromNow(ms: SQL): SQL {
  return sql`clock_timestamp() + ${ms} * interval '1 millisecond'`;
}

/** The moment `ms` milliseconds before the statement began: it stays the same within a statement, so that an index can be used. */
export function ago(ms: SQL): SQL {
  return sql`statement_timestamp() - ${ms} * interval '1 millisecond'`;
}
