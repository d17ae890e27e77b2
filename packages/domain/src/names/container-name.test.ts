import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { containerName, engineEndpoint, gameIdOf, hostName } from './container-name.js';
import { GAME_ID_PATTERN, isGameId } from './game-id.js';

const gameIds = fc.stringMatching(GAME_ID_PATTERN);

describe('the names of a game', () => {
  it('are the ones the contract fixes', () => {
    expect(containerName('g1')).toBe('galaxy-game-g1');
    expect(hostName('g1')).toBe('galaxy-game-g1');
    expect(engineEndpoint('g1')).toBe('http://galaxy-game-g1:8080');
  });

  it('lead back to the game', () => {
    fc.assert(
      fc.property(gameIds, (gameId) => {
        expect(gameIdOf(containerName(gameId))).toBe(gameId);
        expect(gameIdOf(hostName(gameId))).toBe(gameId);
      }),
    );
  });

  it('fit one DNS label of RFC 1035, also for the longest game id', () => {
    const label = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
    fc.assert(fc.property(gameIds, (gameId) => label.test(hostName(gameId))));
    expect(hostName('a'.repeat(51))).toHaveLength(63);
  });

  it('give an address that a URL parser reads back', () => {
    fc.assert(
      fc.property(gameIds, (gameId) => {
        const url = new URL(engineEndpoint(gameId));
        expect([url.protocol, url.hostname, url.port, url.pathname]).toEqual(['http:', hostName(gameId), '8080', '/']);
      }),
    );
  });
});

describe('gameIdOf', () => {
  it.each([
    '',
    'galaxy-game-',
    'galaxy-game',
    'galaxy-game--a',
    'galaxy-game-a-',
    'galaxy-game-A',
    'galaxy-game-a/b',
    'galaxy-game-../x',
    `galaxy-game-${'a'.repeat(52)}`,
    '/galaxy-game-a',
    ' galaxy-game-a',
    'Galaxy-game-a',
    'xgalaxy-game-a',
    'redis',
  ])('refuses %j', (name) => {
    expect(gameIdOf(name)).toBeNull();
  });

  it('answers a game id whose name is the text, or null', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string().map(containerName)), (name) => {
        const gameId = gameIdOf(name);
        if (gameId !== null) expect([isGameId(gameId), containerName(gameId)]).toEqual([true, name]);
      }),
    );
  });
});
