import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { GUARDS, without } from './guards.js';
import { ROOT } from './workspace.js';

it.each(GUARDS)('finds $name where it is taken away, and its suite', ({ edits, suite }) => {
  for (const edit of edits) {
    const source = readFileSync(join(ROOT, edit.file), 'utf8');
    expect(without(source, edit)).toHaveLength(source.length - edit.from.length + edit.to.length);
  }
  expect(existsSync(join(ROOT, suite))).toBe(true);
});

it('refuses a text that is not there, or twice', () => {
  const edit = { file: 'x.ts', from: 'guard', to: '' };
  expect(without('a guard b', edit)).toBe('a  b');
  expect(() => without('a b', edit)).toThrow('x.ts: not there exactly once: guard');
  expect(() => without('guard guard', edit)).toThrow('not there exactly once');
});
