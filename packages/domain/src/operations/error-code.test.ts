import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from './error-code.js';

const page = readFileSync(new URL('../../../../docs/error-model.md', import.meta.url), 'utf8');

/** The rows of one chapter's table: what its first column names, and how many cells follow. */
function rows(heading: string): [code: string, cells: number][] {
  const chapter = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return [...chapter.matchAll(/^\| `?(\w+)`? \|(.+)\|$/gm)]
    .map(([, code = '', rest = '']): [string, number] => [code, rest.split(' | ').length])
    .filter(([code]) => code !== 'code');
}

describe('ERROR_CODES', () => {
  it('has no code twice', () => {
    expect(new Set(ERROR_CODES).size).toBe(ERROR_CODES.length);
  });

  it('is explained in docs/error-model.md, code by code, with every column', () => {
    expect(rows('Outcome codes')).toEqual(['empty', ...ERROR_CODES].map((code) => [code, 4]));
  });

  it('has a word for the operator for every failure', () => {
    const failures = ERROR_CODES.filter((code) => code !== 'replay_no_op');
    expect(rows('What the operator does')).toEqual(failures.map((code) => [code, 1]));
  });
});
