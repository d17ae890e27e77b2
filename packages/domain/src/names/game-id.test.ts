import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GAME_ID_PATTERN, isGameId } from './game-id.js';

const ALNUM = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** The rule in words: 1 to 51 of the allowed characters, no dash at either end. */
function byTheRule(value: string): boolean {
  const characters = Array.from(value);
  return (
    characters.length >= 1 &&
    value.length <= 51 &&
    characters.every((character) => `${ALNUM}-`.includes(character)) &&
    !value.startsWith('-') &&
    !value.endsWith('-')
  );
}

describe('isGameId', () => {
  it.each(['a', '7', 'a1', 'my-game', 'a--b', 'a'.repeat(51), `a${'-'.repeat(49)}b`])('accepts %s', (value) => {
    expect(isGameId(value)).toBe(true);
  });

  it.each([
    '',
    '-',
    '-a',
    'a-',
    'a'.repeat(52),
    'A',
    'gamE',
    'a_b',
    'a.b',
    'a b',
    ' a',
    'a\n',
    'a\u0000',
    '../etc',
    'a/b',
    'é',
    '\uff41',
    '\u0661',
    '\u212a',
    '\ud835\udcb6',
  ])('refuses %j', (value) => {
    expect(isGameId(value)).toBe(false);
  });

  it('follows the rule for any text', () => {
    const near = fc.string({ unit: fc.constantFrom(...Array.from(`${ALNUM}--A_.é`)), maxLength: 54 });
    fc.assert(
      fc.property(
        fc.oneof(near, fc.string({ unit: fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)) })),
        (value) => isGameId(value) === byTheRule(value),
      ),
    );
  });

  it('has a pattern without state, so that it can be shared', () => {
    expect(GAME_ID_PATTERN.flags).toBe('');
    expect([isGameId('a'), isGameId('a')]).toEqual([true, true]);
  });
});
