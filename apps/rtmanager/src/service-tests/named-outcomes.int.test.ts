import { uniqueName, waitFor } from '@galaxy/testing';
import {
  KEYS,
  offencesAgainst,
  openWorld,
  publish,
  publishStart,
  publishStop,
  untilResults,
  type World,
  written,
} from '@galaxy/verification';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(() => expect(world.problems()).toEqual([]));
afterAll(() => world.close());

/** Publishes three jobs of a game that end without an engine's doing; gives stream and entry id of each, in order. */
async function threeJobs(gameId: string) {
  const start = await publishStart(world.redis, gameId, 'elsewhere/engine:1.0.0');
  await untilResults(world, gameId, 1);
  const stop = await publishStop(world.redis, gameId);
  await untilResults(world, gameId, 2);
  const invalid = await publish(world.redis, 'stop_jobs', [['game_id', gameId]]);
  await untilResults(world, gameId, 3);
  return [
    [KEYS.start_jobs, start],
    [KEYS.stop_jobs, stop],
    [KEYS.stop_jobs, invalid],
  ] as const;
}

it('writes nothing on the stream of named outcomes unless told to; then one for each result, by the contract', async () => {
  const before = await world.start({ RTMANAGER_IMAGE_ALLOWLIST: 'galaxy/*' });
  await before.untilReady();
  await threeJobs(uniqueName('off'));
  expect(await world.redis.keys(`${KEYS.outcomes}*`)).toEqual([]);
  await before.end('SIGTERM');

  const rtmanager = await world.start({ RTMANAGER_IMAGE_ALLOWLIST: 'galaxy/*', RTMANAGER_JOB_OUTCOMES: 'on' });
  await rtmanager.untilReady();
  const gameId = uniqueName('on');
  const jobs = await threeJobs(gameId);
  const results = await untilResults(world, gameId, 3);
  const outcomes = await waitFor('three outcomes', async () => {
    const found = await written(world.redis, KEYS.outcomes);
    return found.length >= 3 ? found : null;
  });
  expect(outcomes.flatMap((outcome) => offencesAgainst('RuntimeJobOutcomePayload', outcome))).toEqual([]);
  expect(outcomes).toEqual(
    jobs.map(([stream, entryId], n) => ({
      ...results[n],
      job_stream: stream,
      job_entry_id: entryId,
      op_id: expect.any(String) as string,
      number: String(n + 1),
    })),
  );
  expect(outcomes.map((outcome) => outcome['error_code'])).toEqual(['start_config_invalid', 'not_found', 'invalid_job']);
});
