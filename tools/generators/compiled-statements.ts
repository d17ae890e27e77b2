import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CompiledStatement, compiledStatements } from '@galaxy/adapter-postgres';
import { format } from 'sql-formatter';
import { ROOT, sourceFiles } from '../lib/workspace.js';

const SOURCES = 'packages/adapters/postgres/src';

/** Where the statements are written down. Nothing else lies there. */
export const COMPILED_STATEMENTS = 'packages/adapters/postgres/__compiled__';

/** Where a statement is built, and what the comment above it says. */
export interface Origin {
  readonly file: string;
  readonly comment: readonly string[];
}

/** A file for each SQL statement, as the server sees it. */
export function compiledStatementFiles() {
  const origins = new Map(sourceFiles(SOURCES).flatMap((file) => [...originsIn(file, readFileSync(join(ROOT, file), 'utf8'))]));
  return compiledStatements().map((statement) => ({
    path: `${COMPILED_STATEMENTS}/${statement.name.replaceAll(' ', '-')}.sql`,
    text: () => compiledStatementFile(statement, origins.get(statement.name)),
  }));
}

/** The statements that a source builds, by name. */
export function originsIn(file: string, source: string): Map<string, Origin> {
  const built = [...source.matchAll(/^(?:\/\*\*((?:(?!\*\/).)*)\*\/\n)?const \w+ = statement\(\s*'([^']+)'/gms)];
  return new Map(built.map(([, comment = '', name = '']) => [name, { file, comment: linesOf(comment) }]));
}

/**
 * The statement's file.
 * @throws Error when nothing says what the statement is for, or laying it out changed more than white space.
 */
export function compiledStatementFile({ name, text, parameters }: CompiledStatement, origin: Origin | undefined): string {
  if (origin === undefined || origin.comment.length === 0) throw new Error(`statement ${name}: no comment above it says what it is for`);
  const layout = format(text, { language: 'postgresql', expressionWidth: 120 });
  if (withoutSpace(layout) !== withoutSpace(text)) throw new Error(`statement ${name}: the formatter changed it`);
  const places = parameters.map((parameter, at) => ({ ...parameter, place: `$${at + 1}` }));
  const width = Math.max(...places.map(({ name }) => name.length));
  const head = [
    name,
    '',
    ...origin.comment,
    '',
    `Built in ${origin.file}.`,
    'What the server gets, white space apart. Made by `npm run generate`; changes made here are lost.',
    ...(places.length === 0 ? [] : ['']),
    ...places.map(({ place, name, type }) => `${place.padEnd(3)} ${name.padEnd(width)} ${type}`),
  ];
  return `${head.map((line) => `-- ${line}`.trimEnd()).join('\n')}\n\n${layout}\n`;
}

const withoutSpace = (text: string) => text.replace(/\s+/g, '');

function linesOf(comment: string): string[] {
  const lines = comment.split('\n').map((line) => line.replace(/^ \* ?/, '').trim());
  return lines.filter((line) => line !== '');
}
