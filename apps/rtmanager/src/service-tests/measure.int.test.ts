import { engineImages, uniqueName } from '@galaxy/testing';
import { jobCount, KEYS, openWorld, publishStart, untilResults, type World } from '@galaxy/verification';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BareEngine, bareEngineLike } from './bare-engine.test-support.js';

// `npm run measure` makes enough rounds for good figures. In a run of all tests, this only shows that the measurement still works.
// The figures are ratios of medians, from alternating rounds of one run, because absolute times depend mostly on the machine.
let world: World;
let results: Redis;
let bare: BareEngine;
beforeAll(async () => {
  world = await openWorld();
  results = world.redis.duplicate();
  const rtmanager = await world.start({ RTMANAGER_LOG_LEVEL: 'info' });
  await rtmanager.untilReady();
  const gameId = uniqueName('model');
  await publishStart(world.redis, gameId, engineImages.current);
  const [result] = await untilResults(world, gameId, 1);
  bare = await bareEngineLike(world.docker, result?.['container_id'] ?? '', world.network);
});
afterAll(async () => {
  expect(world.problems()).toEqual([]);
  results.disconnect();
  await world.close();
});

const names = (count: number) => Array.from({ length: count }, () => uniqueName('m'));

/** Milliseconds that something takes. */
async function timed(act: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await act();
  return performance.now() - startedAt;
}

/** Publishes start jobs at once, and returns when all have their results, which must be successes and no replays. */
async function byService(games: readonly string[]): Promise<void> {
  let after = (await world.redis.xrevrange(KEYS.results, '+', '-', 'COUNT', 1))[0]?.[0] ?? '0-0';
  await Promise.all(games.map((game) => publishStart(world.redis, game, engineImages.current)));
  const codes: (string | undefined)[] = [];
  while (codes.length < games.length) {
    const [[, entries] = ['', []]] = (await results.xread('BLOCK', 60_000, 'STREAMS', KEYS.results, after)) ?? [];
    if (entries.length === 0) throw new Error('no result within a minute');
    codes.push(...entries.map(([, fields]) => fields[fields.indexOf('error_code') + 1]));
    after = entries.at(-1)?.[0] ?? after;
  }
  expect(codes.join('')).toBe('');
}

const byHand = async (games: readonly string[], atOnce: number): Promise<void> => {
  const waiting = games.map((game) => `galaxy-game-${game}`);
  const take = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await bare.start(name);
  };
  await Promise.all(Array.from({ length: atOnce }, take));
};

const removeAll = (games: readonly string[]) => Promise.all(games.map((game) => bare.remove(`galaxy-game-${game}`)));

/** Measures the ways in turn, in each round in the opposite order. Returns all times of each way. */
async function inTurn<Way extends string>(rounds: number, count: number, ways: Readonly<Record<Way, (games: string[]) => Promise<void>>>) {
  const order = Object.keys(ways) as Way[];
  const times = Object.fromEntries(order.map((way) => [way, []])) as unknown as Record<Way, number[]>;
  for (let round = 0; round < rounds; round += 1) {
    for (const way of order) {
      const games = names(count);
      times[way].push(await timed(() => ways[way](games)));
      await removeAll(games);
    }
    order.reverse();
  }
  return times;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const ms = (values: readonly number[]) =>
  `${median(values).toFixed(0)} (${Math.min(...values).toFixed(0)}–${Math.max(...values).toFixed(0)})`;
const ratio = (a: readonly number[], b: readonly number[]) => (median(a) / median(b)).toFixed(2);

it('measures one start job against the bare Docker API', { timeout: 300_000 }, async () => {
  const rounds = jobCount(2);
  const times = await inTurn(rounds, 1, { service: byService, bare: (games) => byHand(games, 1) });
  console.log(
    `one start, ${rounds} rounds, ms median (range): XADD → result ${ms(times.service)}, bare create + start + healthz ${ms(times.bare)}`,
  );
  console.log(`  service / bare: ${ratio(times.service, times.bare)}`);
});

it('measures queued start jobs against a loop that starts one at a time', { timeout: 300_000 }, async () => {
  const [rounds, queued] = [jobCount(1), Math.min(24, jobCount(8))];
  const ways = { service: byService, loop: (games: string[]) => byHand(games, 1), parallel: (games: string[]) => byHand(games, 4) };
  const times = await inTurn(rounds, queued, ways);
  console.log(
    `${queued} queued starts, ${rounds} rounds, ms median (range): service ${ms(times.service)}, one at a time ${ms(times.loop)}, bare, 4 at once ${ms(times.parallel)}`,
  );
  console.log(
    `  one at a time / service: ${ratio(times.loop, times.service)}; bare, 4 at once / service: ${ratio(times.parallel, times.service)}`,
  );
});
