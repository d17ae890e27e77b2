import { engineImages, uniqueName, waitFor } from '@galaxy/testing';
import {
  type EntryFields,
  type JobStreamName,
  KEYS,
  offencesAgainst,
  openWorld,
  publish,
  publishStop,
  untilResults,
  type World,
  written,
} from '@galaxy/verification';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

let world: World;
beforeAll(async () => {
  world = await openWorld();
  const rtmanager = await world.start();
  await rtmanager.untilReady();
});
afterEach(() => expect(world.problems()).toEqual([]));
afterAll(() => world.close());

const GAME = 'GAME';
const [start, stop] = ['start_jobs', 'stop_jobs'] as const;
const image = ['image_ref', engineImages.current] as const;
const game = ['game_id', GAME] as const;
const reason = ['reason', 'cancelled'] as const;
const at = (value: string | Buffer) => ['requested_at_ms', value] as const;

/** The fields, with the id of the game instead of GAME. */
const forGame = (fields: EntryFields, gameId: string): EntryFields =>
  fields.map(([name, value]) => [name, typeof value === 'string' ? value.replace(GAME, gameId) : value]);

const base64 = (fields: EntryFields): string =>
  JSON.stringify(fields.map((pair) => pair.map((part) => (typeof part === 'string' ? Buffer.from(part) : part).toString('base64'))));

/** Waits for the dead letter of an entry and checks it. */
async function deadLetterOf(stream: JobStreamName, entryId: string, fields: EntryFields): Promise<string> {
  const isOf = (letter: Readonly<Record<string, string>>) =>
    letter['source_entry_id'] === entryId && letter['source_stream'] === KEYS[stream];
  const letters = await waitFor(`the dead letter of ${entryId}`, async () => {
    const found = (await written(world.redis, KEYS.deadLetters)).filter(isOf);
    return found.length > 0 ? found : null;
  });
  expect(letters).toHaveLength(1);
  const [letter = {}] = letters;
  expect(offencesAgainst('RuntimeDeadLetterPayload', letter)).toEqual([]);
  expect(letter).toMatchObject({ error_code: 'invalid_job', raw: base64(fields), attempts: '0' });
  return letter['error_message'] ?? '';
}

describe('an entry is accepted', () => {
  it.each([
    [
      'with padded values',
      [
        ['game_id', ` \t${GAME}\n`],
        ['reason', '\u00a0cancelled '],
      ],
    ],
    ['without requested_at_ms', [game, reason]],
    ['with an empty requested_at_ms', [game, reason, at('')]],
    ['with a blank requested_at_ms', [game, reason, at('  ')]],
    ['with a negative requested_at_ms', [game, reason, at('-5')]],
    ['with the largest requested_at_ms', [game, reason, at('9223372036854775807')]],
    ['with fields that the contract does not name', [['trace', 'x'], game, reason, ['', '']]],
    ['with the reserved reason timeout', [game, ['reason', 'timeout']]],
  ] satisfies [string, EntryFields][])('%s', async (_, fields) => {
    const gameId = uniqueName('game');
    await publish(world.redis, stop, forGame(fields, gameId));
    const [result = {}] = await untilResults(world, gameId, 1);
    expect(offencesAgainst('RuntimeJobResultPayload', result)).toEqual([]);
    expect(result).toMatchObject({ game_id: gameId, error_code: 'not_found' });
  });

  it('as a start with padded values', async () => {
    const gameId = uniqueName('game');
    await publish(world.redis, start, [['game_id', ` ${gameId} `], ['image_ref', ` ${engineImages.current}\n`], at(' 17 ')]);
    const [result = {}] = await untilResults(world, gameId, 1);
    expect(offencesAgainst('RuntimeJobResultPayload', result)).toEqual([]);
    expect(result).toMatchObject({ game_id: gameId, outcome: 'success', error_code: '' });
  });
});

describe('an entry is dead-lettered and answered in its turn, and the next one handled', () => {
  it.each([
    [start, 'without image_ref', [game], 'missing image_ref'],
    [start, 'with a blank image_ref', [game, ['image_ref', ' \t']], 'missing image_ref'],
    [start, 'with an image_ref that is no text', [game, ['image_ref', Buffer.from([0xc3, 0x28])]], 'image_ref is not valid UTF-8'],
    [start, 'with a game id out of pattern', [['game_id', `${GAME}_X`], image], 'invalid game_id'],
    [stop, 'without reason', [game], 'missing reason'],
    [stop, 'with an empty reason', [game, ['reason', '']], 'missing reason'],
    [stop, 'with an unknown reason', [game, ['reason', 'bored']], 'unsupported reason "bored"'],
    [stop, 'with a reason in capitals', [game, ['reason', 'CANCELLED']], 'unsupported reason "CANCELLED"'],
    [stop, 'with requested_at_ms that is no number', [game, reason, at('soon')], 'invalid requested_at_ms: invalid syntax'],
    [stop, 'with requested_at_ms that is a fraction', [game, reason, at('1.5')], 'invalid requested_at_ms: invalid syntax'],
    [stop, 'with requested_at_ms of 2^63', [game, reason, at('9223372036854775808')], 'invalid requested_at_ms: value out of range'],
  ] satisfies [JobStreamName, string, EntryFields, string][])('%s %s', async (stream, _, template, message) => {
    const gameId = uniqueName('game');
    const fields = forGame(template, gameId);
    const lane = fields.find(([name]) => name === 'game_id')?.[1].toString() ?? '';
    const entryId = await publish(world.redis, stream, fields);
    await publishStop(world.redis, gameId);
    expect(await deadLetterOf(stream, entryId, fields)).toBe(message);
    const [result = {}] = await untilResults(world, lane, 1);
    expect(offencesAgainst('RuntimeJobResultPayload', result)).toEqual([]);
    expect(result).toMatchObject({ game_id: lane, outcome: 'failure', error_code: 'invalid_job', error_message: message });
    const results = await untilResults(world, gameId, lane === gameId ? 2 : 1);
    expect(results.at(-1)).toMatchObject({ error_code: 'not_found' });
  });
});

describe('an entry that names no game to answer is dead-lettered only, and the next one handled', () => {
  it.each([
    [start, 'without game_id', [image], 'missing game_id'],
    [stop, 'with an empty game_id', [['game_id', ''], reason], 'missing game_id'],
    [stop, 'with a blank game_id', [['game_id', ' \u2003'], reason], 'missing game_id'],
    [start, 'with a game_id that is no text', [['game_id', Buffer.from([0xff])], image], 'game_id is not valid UTF-8'],
    [stop, 'with a game_id of 257 bytes', [['game_id', 'g'.repeat(257)], reason], 'invalid game_id'],
    [start, 'that is nothing but bytes', [[Buffer.from([0, 255]), Buffer.from([254, 0, 10])]], 'missing game_id'],
  ] satisfies [JobStreamName, string, EntryFields, string][])('%s %s', async (stream, _, fields, message) => {
    const gameId = uniqueName('game');
    const before = await world.redis.xlen(KEYS.results);
    const entryId = await publish(world.redis, stream, fields);
    await publishStop(world.redis, gameId);
    expect(await deadLetterOf(stream, entryId, fields)).toBe(message);
    expect(await untilResults(world, gameId, 1)).toMatchObject([{ error_code: 'not_found' }]);
    expect(await world.redis.xlen(KEYS.results)).toBe(before + 1);
  });
});
