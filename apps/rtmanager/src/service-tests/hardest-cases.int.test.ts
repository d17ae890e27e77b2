import type { CallInjection, Endpoint } from '@galaxy/fake-docker';
import { engineImages, uniqueName, waitFor } from '@galaxy/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FRESH, type InjectionStage, openStage, type StagedGame } from './injection-stage.test-support.js';

// Without `cut_reply`: the service knows that an answer was cut only after the deadline of the call, which takes too long here.
const LOST: readonly CallInjection[] = [{ kind: 'lose_reply' }, { kind: 'fail_after' }, { kind: 'late', ms: 400 }, { kind: 'reset' }];

let stage: InjectionStage;
beforeAll(async () => {
  stage = await openStage();
  await stage.serve({ RTMANAGER_READY_TIMEOUT: '4s', RTMANAGER_STOP_GRACE: '1s', RTMANAGER_START_CONCURRENCY: '8' });
});
afterEach(() => {
  expect(stage.world.problems()).toEqual([]);
  expect([...stage.engine.audit.overlaps('existed'), ...stage.engine.audit.overlaps('ran')]).toEqual([]);
});
afterAll(() => stage.close());

/** Makes an injection into one call about the container of a game. */
const once = (game: StagedGame, endpoint: Endpoint, injection: CallInjection) =>
  stage.engine.injections.onCall({ gameId: game.id, endpoint, injection, times: 1 });

/** Publishes an image that the engine must pull. */
function imageToPull(pull: { readonly error?: string; readonly stalls?: boolean; readonly cut?: boolean }): string {
  const ref = `registry.test/games/${uniqueName('engine')}:1.0.0`;
  stage.engine.images.publish(ref, { pull });
  return ref;
}

/** Loads an image with this behaviour into the engine. */
function loaded(behaviour: { readonly bootMs?: number }): string {
  const ref = `registry.test/games/${uniqueName('engine')}:1.0.0`;
  stage.engine.images.load(ref, { behaviour });
  return ref;
}

describe.concurrent.each(['create', 'start'] as const)('a %s whose answer does not come', (endpoint) => {
  it.each(LOST)('($kind) leaves one container and one result', async (injection) => {
    const game = stage.game();
    const rule = once(game, endpoint, injection);
    const result = await game.start();
    expect(result).toMatchObject(FRESH);
    expect(rule.hits).toBe(1);
    expect(game.running()).toEqual([result['container_id']]);
    expect(game.lives().filter(({ existed }) => existed.to === null)).toHaveLength(1);
    expect(await game.record()).toEqual({ status: 'running', id: result['container_id'] });
    expect(await game.stop()).toMatchObject(FRESH);
    expect(await game.results()).toHaveLength(2);
  });
});

describe.concurrent.each(['stop', 'remove'] as const)('a %s whose answer does not come', (endpoint) => {
  it.each(LOST)('($kind) has one result, which is true: the game is stopped, and starts again in a new container', async (injection) => {
    const game = stage.game();
    await game.start();
    const rule = once(game, endpoint, injection);
    expect(await game.stop()).toMatchObject(FRESH);
    expect(game.running()).toEqual([]);
    const again = await game.start();
    expect(again).toMatchObject(FRESH);
    expect(rule.hits).toBe(1);
    expect(game.running()).toEqual([again['container_id']]);
    expect(await game.results()).toHaveLength(3);
  });
});

it('a start waits for the name of a previous container that is being removed from outside, and succeeds', async () => {
  const game = stage.game();
  const previous = (await game.start())['container_id'] ?? '';
  await game.stop();
  stage.engine.injections.slowRemoval(game.id, 1500);
  const removing = stage.engine.call({ method: 'DELETE', path: `/containers/${previous}?force=1` });
  await waitFor('the removal to be under way', async () => {
    const seen = await stage.engine.json<{ State: { Status: string } }>({ method: 'GET', path: `/containers/${previous}/json` });
    return seen.State.Status === 'removing';
  });
  const result = await game.start();
  await removing;
  expect(result).toMatchObject(FRESH);
  expect(game.lives()).toHaveLength(2);
  expect(game.running()).toEqual([result['container_id']]);
});

describe('a pull', () => {
  it.each([
    ['that fails inside its report', { error: 'unexpected EOF' }],
    ['whose report ends in the middle', { cut: true }],
  ])('%s ends its start with image_pull_failed, and creates nothing', async (_, pull) => {
    const game = stage.game();
    expect(await game.start(imageToPull(pull))).toMatchObject({ outcome: 'failure', error_code: 'image_pull_failed', container_id: '' });
    expect(game.lives()).toEqual([]);
    expect(await game.start()).toMatchObject(FRESH);
  });

  it('that stalls holds up no other game, and a stop ends it', async () => {
    const stalled = stage.game();
    const pulls = stage.engine.audit.calls.get('pull') ?? 0;
    const started = stalled.start(imageToPull({ stalls: true }));
    await waitFor('the pull', () => (stage.engine.audit.calls.get('pull') ?? 0) > pulls);
    const others = await stage.runningGames(12);
    for (const other of others) expect(await other.results()).toMatchObject([FRESH]);
    expect(await stalled.results()).toEqual([]);
    expect(await stalled.stop()).toMatchObject({ outcome: 'success' });
    expect(await started).toMatchObject({ outcome: 'failure', error_code: 'start_superseded' });
    expect(stalled.lives()).toEqual([]);
  });
});

it.concurrent('a container that goes on after SIGKILL is not reported as stopped: its stop fails, other games go on, a later stop succeeds', async () => {
  const [game, other] = await stage.runningGames(2);
  if (game === undefined || other === undefined) throw new Error('no games');
  const id = game.running()[0];
  const answered = { kind: 'refuse', status: 204, message: '' } as const;
  const rule = stage.engine.injections.onCall({ gameId: game.id, endpoint: ['stop', 'kill'], injection: answered });
  const failing = game.stop();
  await waitFor('the stop to be under way', () => rule.hits > 0);
  expect(await other.stop()).toMatchObject(FRESH);
  expect(await failing).toMatchObject({ outcome: 'failure', error_code: 'container_stop_failed' });
  expect(await game.record()).toEqual({ status: 'running', id });
  expect(game.running()).toEqual([id]);
  rule.remove();
  expect(await game.stop()).toMatchObject({ ...FRESH, container_id: id });
  expect(await game.record()).toEqual({ status: 'stopped', id });
});

it.concurrent('an engine that boots slowly is not ended before the ready timeout', async () => {
  const game = stage.game();
  expect(await game.start(loaded({ bootMs: 2500 }))).toMatchObject(FRESH);
  expect(game.lives().flatMap(({ runs }) => runs)).toMatchObject([{ to: null }]);
});

it.concurrent('an engine whose process runs but never answers is not reported as running', async () => {
  const game = stage.game();
  const starting = game.start(loaded({ bootMs: 300 }));
  await waitFor('the container to run', () => game.running().length === 1);
  stage.engine.setEngine(game.name, 'hangs');
  expect(await starting).toMatchObject({ outcome: 'failure', error_code: 'engine_not_ready' });
  expect(game.running()).toEqual([]);
  expect(await game.record()).toEqual({ status: 'removed', id: null });
  expect(await game.start(engineImages.current)).toMatchObject(FRESH);
});
