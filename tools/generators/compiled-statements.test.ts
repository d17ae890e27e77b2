import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../lib/workspace.js';
import { COMPILED_STATEMENTS, compiledStatementFile, compiledStatementFiles, originsIn } from './compiled-statements.js';

const SOURCE = `
/** Every game. */
const LIST = statement('list games', {}, () => sql\`select 1\`);

/**
 * One game.
 * Locked, since it is changed.
 */
const GET = statement(
  'get game',
  { id: 'text' },
  (p) => sql\`select id\`,
);
const BARE = statement('bare', {}, () => sql\`select 2\`);
`;
const GAME = {
  name: 'get game',
  text: `select id from games where id = $1::text and note = 'a  b' and at < $2::float8 or id = $3::text`,
  parameters: [
    { name: 'id', type: 'text' },
    { name: 'ageMs', type: 'float8' },
    { name: 'id', type: 'text' },
  ],
};

describe('the folder of compiled statements', () => {
  const files = compiledStatementFiles();

  it('has the file of each statement as it is today, and no other (if not: npm run generate)', () => {
    expect(readdirSync(join(ROOT, COMPILED_STATEMENTS)).map((name) => `${COMPILED_STATEMENTS}/${name}`)).toEqual(
      files.map(({ path }) => path).sort(),
    );
    for (const { path, text } of files) expect(readFileSync(join(ROOT, path), 'utf8')).toBe(text());
  });
});

describe('the file of a statement', () => {
  it('says what it is for, where it is built and what is given for each place, before the text', () => {
    expect(compiledStatementFile(GAME, { file: 'games.ts', comment: ['One game.', 'Locked.'] })).toBe(`-- get game
--
-- One game.
-- Locked.
--
-- Built in games.ts.
-- What the server gets, white space apart. Made by \`npm run generate\`; changes made here are lost.
--
-- $1  id    text
-- $2  ageMs float8
-- $3  id    text

select
  id
from
  games
where
  id = $1::text
  and note = 'a  b'
  and at < $2::float8
  or id = $3::text
`);
  });

  it('is refused when nothing says what the statement is for', () => {
    expect(() => compiledStatementFile(GAME, undefined)).toThrow('statement get game: no comment above it');
    expect(() => compiledStatementFile(GAME, originsIn('games.ts', SOURCE).get('bare'))).toThrow('no comment above it');
  });
});

describe('the origins in a source', () => {
  it('are the statements with the comment right above each', () => {
    expect(Object.fromEntries(originsIn('games.ts', SOURCE))).toEqual({
      'list games': { file: 'games.ts', comment: ['Every game.'] },
      'get game': { file: 'games.ts', comment: ['One game.', 'Locked, since it is changed.'] },
      bare: { file: 'games.ts', comment: [] },
    });
  });
});
