import { engineImages, uniqueName } from '@galaxy/testing';
import {
  containersOf,
  offencesAgainst,
  openWorld,
  publishStart,
  publishStop,
  untilResults,
  type World,
  type Written,
} from '@galaxy/verification';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const { current, patch, exitsEarly, neverReady, badCommand, ignoresSigterm } = engineImages;
const MISSING = 'localhost:1/galaxy/none:1.0.0';

let world: World;
beforeAll(async () => {
  world = await openWorld();
  const rtmanager = await world.start({
    RTMANAGER_READY_TIMEOUT: '4s',
    RTMANAGER_STOP_GRACE: '2s',
    RTMANAGER_IMAGE_ALLOWLIST: 'galaxy/*,localhost:*/*',
  });
  await rtmanager.untilReady();
});
afterEach(() => expect(world.problems()).toEqual([]));
afterAll(() => world.close());

/** A game, and what the tests do with it and ask about it. */
function newGame() {
  const gameId = uniqueName('game');
  let answered = 0;
  const next = async (): Promise<Written> => {
    answered += 1;
    const result = (await untilResults(world, gameId, answered))[answered - 1] ?? {};
    expect(offencesAgainst('RuntimeJobResultPayload', result)).toEqual([]);
    return result;
  };
  return {
    gameId,
    next,
    start: async (imageRef: string) => {
      await publishStart(world.redis, gameId, imageRef);
      return next();
    },
    stop: async () => {
      await publishStop(world.redis, gameId);
      return next();
    },
    record: async () => {
      const [row] = await world.sql<{ status: string; id: string | null; image: string }[]>`
        select status, current_container_id as id, current_image_ref as image from runtime_records where game_id = ${gameId}`;
      return row ?? null;
    },
    /** The game's containers as `id state`. */
    containers: async () => {
      const all = await containersOf(world.docker, world.instance);
      return all.filter(({ Labels }) => Labels['galaxy.game_id'] === gameId).map(({ Id, State }) => `${Id} ${State}`);
    },
    succeeded: (containerId: string, code = '') => ({
      game_id: gameId,
      outcome: 'success',
      container_id: containerId,
      engine_endpoint: containerId === '' ? '' : `http://galaxy-game-${gameId}:8080`,
      error_code: code,
      error_message: '',
    }),
    failed: (code: string, message: RegExp) => ({
      game_id: gameId,
      outcome: 'failure',
      container_id: '',
      engine_endpoint: '',
      error_code: code,
      error_message: expect.stringMatching(message) as string,
    }),
  };
}

const idOf = (result: Written): string => result['container_id'] ?? '';

describe('a start', () => {
  it('of a game without a record: a fresh container, then a replay, then a conflict with another image', async () => {
    const game = newGame();
    const fresh = await game.start(current);
    const id = idOf(fresh);
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(fresh).toEqual(game.succeeded(id));
    expect(await game.start(current)).toEqual(game.succeeded(id, 'replay_no_op'));
    expect(await game.start(patch)).toEqual(game.failed('conflict', /running with image galaxy\/demo-engine:1\.0\.0/));
    expect(await game.record()).toEqual({ status: 'running', id, image: current });
    expect(await game.containers()).toEqual([`${id} running`]);
  });

  it('of a stopped game: another container replaces the previous one', async () => {
    const game = newGame();
    const previous = idOf(await game.start(current));
    await game.stop();
    const id = idOf(await game.start(patch));
    expect(id).not.toBe(previous);
    expect(await game.containers()).toEqual([`${id} running`]);
    expect(await game.record()).toEqual({ status: 'running', id, image: patch });
  });

  it('of an image that cannot be pulled: no new container, and the game is as it was before', async () => {
    const unknown = newGame();
    expect(await unknown.start(MISSING)).toEqual(unknown.failed('image_pull_failed', /./));
    expect(await unknown.record()).toMatchObject({ status: 'removed', id: null });

    const stopped = newGame();
    const id = idOf(await stopped.start(current));
    await stopped.stop();
    expect(await stopped.start(MISSING)).toEqual(stopped.failed('image_pull_failed', /./));
    expect(await stopped.record()).toEqual({ status: 'stopped', id, image: current });
    expect(await stopped.containers()).toEqual([`${id} exited`]);
    expect(await stopped.stop()).toEqual(stopped.succeeded(id, 'replay_no_op'));
  });

  it.each([
    ['whose engine exits early', exitsEarly, 'container_start_failed', /exited with code 3 before it was ready/],
    ['whose command does not exist', badCommand, 'container_start_failed', /no such file|exited with code 127/],
    ['whose engine is never ready', neverReady, 'engine_not_ready', /no healthy answer within 4000 ms: .*503/],
  ])('of an image %s: failed, and the container removed', async (_, image, code, message) => {
    const game = newGame();
    expect(await game.start(image)).toEqual(game.failed(code, message));
    expect(await game.containers()).toEqual([]);
    expect(await game.record()).toMatchObject({ status: 'removed', id: null });
    expect(await game.stop()).toEqual(game.succeeded('', 'replay_no_op'));
    expect(await game.start(current)).toMatchObject({ outcome: 'success', error_code: '' });
  });

  it.each([
    ['malformed', 'galaxy/Demo Engine', /malformed/],
    ['without a tag', 'galaxy/demo-engine', /malformed/],
    ['not allowed', 'elsewhere/engine:1.0.0', /allow-list/],
  ])('of an image reference that is %s: refused, without a record', async (_, image, message) => {
    const game = newGame();
    expect(await game.start(image)).toEqual(game.failed('start_config_invalid', message));
    expect(await game.record()).toBeNull();
    expect(await game.stop()).toEqual(game.failed('not_found', /no runtime record/));
  });

  it('whose name a foreign container has: conflict, and that container is untouched', async () => {
    const game = newGame();
    const path = `/containers/create?name=galaxy-game-${game.gameId}`;
    const { Id } = await world.docker.json<{ Id: string }>({ method: 'POST', path, json: { Image: engineImages.tiny } });
    const look = () => world.docker.json<object>({ method: 'GET', path: `/containers/${Id}/json` });
    const before = await look();
    try {
      expect(await game.start(current)).toEqual(game.failed('conflict', new RegExp(`taken by ${Id}`)));
      expect(await look()).toEqual(before);
      expect(await game.record()).toBeNull();
    } finally {
      await world.docker.call({ method: 'DELETE', path: `/containers/${Id}?force=1` });
    }
  });
});

describe('a stop', () => {
  it('of a running game: stopped by SIGTERM and kept, then a replay', async () => {
    const game = newGame();
    const id = idOf(await game.start(current));
    expect(await game.stop()).toEqual(game.succeeded(id));
    expect(await game.record()).toEqual({ status: 'stopped', id, image: current });
    expect(await game.containers()).toEqual([`${id} exited`]);
    expect(await exitCodeOf(id)).toBe(0);
    expect(await game.stop()).toEqual(game.succeeded(id, 'replay_no_op'));
  });

  it('of an engine that ignores SIGTERM: killed after the grace', async () => {
    const game = newGame();
    const id = idOf(await game.start(ignoresSigterm));
    const askedAt = performance.now();
    expect(await game.stop()).toEqual(game.succeeded(id));
    expect(performance.now() - askedAt).toBeGreaterThan(2000);
    expect(await game.containers()).toEqual([`${id} exited`]);
    expect(await exitCodeOf(id)).toBe(137);
  });

  it('of a game that was never started: not found', async () => {
    const game = newGame();
    expect(await game.stop()).toEqual(game.failed('not_found', /no runtime record/));
    expect(await game.record()).toBeNull();
  });

  it('of a container that was removed by hand: a success without a container, no replay', async () => {
    const game = newGame();
    const id = idOf(await game.start(current));
    await world.docker.json({ method: 'DELETE', path: `/containers/${id}?force=1` });
    expect(await game.stop()).toEqual(game.succeeded(''));
    expect(await game.record()).toEqual({ status: 'removed', id: null, image: current });
    expect(await game.stop()).toEqual(game.succeeded('', 'replay_no_op'));
  });

  it('of a container that died by itself: a success, no replay, and the record is stopped', async () => {
    const game = newGame();
    const id = idOf(await game.start(current));
    await world.docker.json({ method: 'POST', path: `/containers/${id}/kill` });
    expect(await game.stop()).toEqual(game.succeeded(id));
    expect(await game.record()).toEqual({ status: 'stopped', id, image: current });
  });

  it('of a container that was paused by hand: it is stopped', async () => {
    const game = newGame();
    const id = idOf(await game.start(current));
    await world.docker.json({ method: 'POST', path: `/containers/${id}/pause` });
    expect(await game.stop()).toEqual(game.succeeded(id));
    expect(await game.containers()).toEqual([`${id} exited`]);
  });
});

async function exitCodeOf(id: string): Promise<number> {
  const { State } = await world.docker.json<{ State: { ExitCode: number } }>({ method: 'GET', path: `/containers/${id}/json` });
  return State.ExitCode;
}
