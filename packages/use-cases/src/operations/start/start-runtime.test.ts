import { engineEndpoint, type RuntimeStatus } from '@galaxy/domain';
import type { PullFailureReason } from '@galaxy/manager-ports';
import { describe, expect, it } from 'vitest';
import { altered } from '../../test-support/intercept.test-support.js';
import { makeOperationRunner, type RunnerPorts, workOff } from '../../test-support/operation-runner.test-support.js';
import {
  BAD_IMAGES,
  containersOf,
  decidedResults,
  enqueue,
  GAME,
  IMAGE,
  makeWorld,
  OTHER_IMAGE,
  operationOf,
  plantRuntime,
  recordOf,
  restoredRecord,
  startJob,
  type World,
} from '../../test-support/world.test-support.js';

const failure = (errorCode: string, errorMessage: unknown = expect.stringMatching(/^[^\n]+$/)) => ({
  gameId: GAME,
  outcome: 'failure',
  containerId: '',
  engineEndpoint: '',
  errorCode,
  errorMessage,
});
const success = (containerId: string, errorCode = '') => ({
  gameId: GAME,
  outcome: 'success',
  containerId,
  engineEndpoint: engineEndpoint(GAME),
  errorCode,
  errorMessage: '',
});

/** Starts the game and gives what became of it. */
async function start(world: World, imageRef: string = IMAGE, ports: Partial<RunnerPorts> = {}) {
  const opId = await enqueue(world, startJob(imageRef));
  await workOff(world, makeOperationRunner(world, ports));
  const [result, ...more] = decidedResults(world);
  expect(more).toEqual([]);
  return { opId, result, operation: operationOf(world, opId), record: recordOf(world), containers: await containersOf(world) };
}

describe('a start that is carried out', () => {
  it.each<[RuntimeStatus | null, string]>([
    [null, IMAGE],
    ['starting', IMAGE],
    ['stopped', IMAGE],
    ['stopped', OTHER_IMAGE],
    ['removed', IMAGE],
    ['removed', OTHER_IMAGE],
  ])('from %s with image %s', async (status, imageRef) => {
    const world = makeWorld();
    const before = status === null ? null : await plantRuntime(world, status);
    const { opId, result, operation, record, containers } = await start(world, imageRef);

    const [container] = containers;
    expect(containers).toHaveLength(1);
    expect(container).toMatchObject({ state: 'running', imageRef, owner: { gameId: GAME, opId, attempt: 1 } });
    expect(container?.id).not.toBe(before?.currentContainerId);
    expect(result).toEqual(success(container?.id ?? ''));
    expect(operation).toMatchObject({ status: 'succeeded', errorCode: '', attempt: 1, failures: 0, progress: { step: 'created' } });
    expect(record).toEqual({
      gameId: GAME,
      status: 'running',
      currentContainerId: container?.id,
      currentImageRef: imageRef,
      engineEndpoint: engineEndpoint(GAME),
      paused: false,
      createdAt: before?.createdAt ?? world.clock.now(),
      startedAt: world.clock.now(),
      stoppedAt: null,
      removedAt: null,
      lastOpAt: world.clock.now(),
      version: before === null ? 3 : 4,
      imageId: expect.any(String),
      imageDigest: null,
      engineVersion: null,
      currentTurn: null,
      nextTurnAt: null,
      health: 'healthy',
      lastError: null,
    });
  });

  it('resumes the game: a pause of its last run is over', async () => {
    const world = makeWorld();
    world.database.records.set(GAME, { ...(await plantRuntime(world, 'stopped')), paused: true });
    expect((await start(world)).record).toMatchObject({ status: 'running', paused: false });
  });
});

describe('a start that changes nothing', () => {
  it.each<[RuntimeStatus, string, string]>([
    ['running', IMAGE, 'replay_no_op'],
    ['generation_in_progress', IMAGE, 'replay_no_op'],
    ['generation_failed', IMAGE, 'replay_no_op'],
    ['running', OTHER_IMAGE, 'conflict'],
    ['generation_in_progress', OTHER_IMAGE, 'conflict'],
    ['generation_failed', OTHER_IMAGE, 'conflict'],
    ['engine_unreachable', IMAGE, 'conflict'],
    ['engine_unreachable', OTHER_IMAGE, 'conflict'],
    ['finished', IMAGE, 'conflict'],
    ['finished', OTHER_IMAGE, 'conflict'],
  ])('of a game that is %s, with image %s: %s', async (status, imageRef, code) => {
    const world = makeWorld();
    const before = await plantRuntime(world, status);
    const { result, operation, record, containers } = await start(world, imageRef);

    const replay = success(before.currentContainerId ?? '', 'replay_no_op');
    expect(result).toEqual(code === 'conflict' ? failure('conflict', `the game is ${status} with image ${IMAGE}`) : replay);
    expect(operation).toMatchObject({ status: code === 'conflict' ? 'failed' : 'succeeded', errorCode: code, progress: null });
    expect(record).toEqual(before);
    expect(containers).toMatchObject([{ id: before.currentContainerId, state: 'running' }]);
  });

  it.each<[string, string, RuntimeStatus | null]>([
    ['no tag', 'games/engine', null],
    ['a space', 'games/engine: 1', 'stopped'],
    ['not on the allow-list', 'evil/engine:1', null],
    ['not on the allow-list', 'evil/engine:1', 'stopped'],
    ['not on the allow-list', 'evil.test/games/engine:1', 'removed'],
  ])('an image that is refused: %s (%s), record %s', async (_, imageRef, status) => {
    const world = makeWorld();
    const before = status === null ? null : await plantRuntime(world, status);
    const { result, operation, record } = await start(world, imageRef);

    expect(result).toEqual(
      failure('start_config_invalid', expect.stringMatching(/^the image (reference is malformed|is not on the allow-list)/)),
    );
    expect(operation).toMatchObject({ status: 'failed', progress: null });
    expect(record).toEqual(before);
    expect(world.engine.ids).toEqual([before?.currentContainerId ?? []].flat());
    expect(world.engine.pulls).not.toContain(imageRef);
  });
});

describe('an image that is not to be had', () => {
  const reasons: readonly PullFailureReason[] = [
    'not_found',
    'access_denied',
    'rate_limited',
    'stalled',
    'wrong_platform',
    'no_space',
    'not_present',
    'failed',
  ];

  it.each(reasons)('%s leaves the previous container alone and puts the record back', async (reason) => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'stopped');
    world.engine.addImage('games/engine:2', { pullFails: reason });
    const { result, operation, record, containers } = await start(world, 'games/engine:2');

    expect(result).toEqual(failure('image_pull_failed', expect.stringContaining(`${reason}: `)));
    expect(operation).toMatchObject({ status: 'failed', errorCode: 'image_pull_failed', progress: { step: 'intent' } });
    expect(record).toEqual(restoredRecord(before, world.clock.now(), `image_pull_failed: ${result?.errorMessage ?? ''}`));
    expect(containers).toMatchObject([{ id: before.currentContainerId, state: 'exited' }]);
  });

  it('leaves a record that says removed, where there was none or one that says so', async () => {
    const world = makeWorld();
    const { record, result } = await start(world, BAD_IMAGES.missing);
    expect(result).toEqual(failure('image_pull_failed'));
    expect(record).toMatchObject({ status: 'removed', currentContainerId: null, removedAt: world.clock.now() });
    expect(record?.lastError).toBe(`image_pull_failed: ${result?.errorMessage ?? ''}`);

    const other = makeWorld();
    const before = await plantRuntime(other, 'removed');
    const lastError = `image_pull_failed: ${result?.errorMessage ?? ''}`;
    expect((await start(other, BAD_IMAGES.missing)).record).toEqual(restoredRecord(before, other.clock.now(), lastError));
  });

  it('ends removed when the previous container is gone anyway', async () => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'stopped');
    await world.engine.remove(before.currentContainerId ?? '');
    expect((await start(world, BAD_IMAGES.missing)).record).toMatchObject({ status: 'removed', currentContainerId: null });
  });
});

describe('a start that fails on the way', () => {
  const never = new Error('not reached');
  const cases: readonly [string, string, string, string, (world: World) => Partial<RunnerPorts>][] = [
    [
      'prepare refused',
      IMAGE,
      'container_start_failed',
      'no such network',
      ({ engine }) => ({ engine: altered(engine, { prepare: async () => ({ kind: 'refused', message: 'no such network' }) }) }),
    ],
    [
      'create refused',
      IMAGE,
      'container_start_failed',
      'bad mount',
      ({ engine }) => ({ engine: altered(engine, { create: async () => ({ kind: 'refused', message: 'bad\nmount' }) }) }),
    ],
    [
      'no room at create',
      IMAGE,
      'capacity_exhausted',
      'disk full',
      ({ engine }) => ({ engine: altered(engine, { create: async () => ({ kind: 'no_capacity', message: 'disk full' }) }) }),
    ],
    [
      'no room at start',
      IMAGE,
      'capacity_exhausted',
      'exchange full',
      ({ engine }) => ({ engine: altered(engine, { start: async () => ({ kind: 'no_capacity', message: 'exchange full' }) }) }),
    ],
    [
      'gone before its start',
      IMAGE,
      'container_start_failed',
      'the container disappeared before the engine was ready',
      ({ engine }) => ({ engine: altered(engine, { start: async () => ({ kind: 'gone' }) }) }),
    ],
    [
      'gone before it was ready',
      IMAGE,
      'container_start_failed',
      'the container disappeared before the engine was ready',
      ({ engine }) => ({
        engineClient: {
          health: async () => {
            await Promise.all(engine.ids.map((id) => engine.remove(id)));
            return { kind: 'unreachable', detail: 'gone' };
          },
        },
      }),
    ],
    [
      'answered for by another one that has its address by now',
      IMAGE,
      'container_start_failed',
      'the engine exited with code 137 before it was ready',
      ({ engine }) => ({
        engineClient: {
          health: async () => {
            await Promise.all(engine.ids.map((id) => engine.kill(id)));
            return { kind: 'healthy' };
          },
        },
      }),
    ],
    ['start refused', BAD_IMAGES.refusesStart, 'container_start_failed', 'the program does not exist', () => ({})],
    ['exits early', BAD_IMAGES.exitsEarly, 'container_start_failed', 'the engine exited with code 3 before it was ready', () => ({})],
    ['never ready', BAD_IMAGES.neverReady, 'engine_not_ready', 'no healthy answer within 5000 ms: status 503', () => ({})],
    [
      'never answers',
      IMAGE,
      'engine_not_ready',
      'no healthy answer within 5000 ms: refused',
      () => ({ engineClient: { health: async () => ({ kind: 'unreachable', detail: 'refused' }) } }),
    ],
  ];

  it('under another address than the one that answered: asks that one, too', async () => {
    const world = makeWorld();
    const asked: string[] = [];
    const engine = altered(world.engine, {
      inspect: async (id) => {
        const inspection = await world.engine.inspect(id);
        const address = `http://moved-${String(asked.length)}:8080`;
        return inspection.kind === 'ours' ? { ...inspection, incarnation: { ...inspection.incarnation, address } } : inspection;
      },
    });
    const health = async (address: string) => {
      if (asked.length < 2) asked.push(address);
      return { kind: 'healthy' } as const;
    };
    const { result } = await start(world, IMAGE, { engine, engineClient: { health } });
    expect(result).toMatchObject({ outcome: 'success', errorCode: '' });
    expect(asked).toEqual(['http://moved-0:8080', 'http://moved-1:8080']);
  });

  it.each(cases)('%s, from nothing: removes what it created, the record ends removed', async (_, imageRef, code, message, ports) => {
    const world = makeWorld();
    const { result, operation, record, containers } = await start(world, imageRef, ports(world));
    expect(result).toEqual(failure(code, message));
    expect(operation).toMatchObject({ status: 'failed', errorCode: code, attempt: 1 });
    expect(record).toMatchObject({ status: 'removed', currentContainerId: null, currentImageRef: imageRef });
    expect(containers).toEqual([]);
  });

  it.each(cases)('%s, from stopped: ends removed once the previous container is', async (title, imageRef, code, message, ports) => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'stopped');
    const { result, record, containers } = await start(world, imageRef, ports(world));
    expect(result).toEqual(failure(code, message));
    if (title === 'prepare refused') {
      expect(record).toEqual(restoredRecord(before, world.clock.now(), `${code}: ${result?.errorMessage ?? ''}`));
      expect(containers).toMatchObject([{ id: before.currentContainerId, state: 'exited' }]);
    } else {
      expect(record).toMatchObject({ status: 'removed', currentContainerId: null });
      expect(containers).toEqual([]);
    }
  });

  it('says when an engine was ended for its memory, and when its code is not known', async () => {
    const world = makeWorld();
    const engine = altered(world.engine, {
      inspect: async (id) => {
        const inspection = await world.engine.inspect(id);
        if (inspection.kind !== 'ours') return inspection;
        return { kind: 'ours', incarnation: { ...inspection.incarnation, state: 'exited', exitCode: null, outOfMemory: true } };
      },
    });
    const { result } = await start(world, IMAGE, { engine });
    expect(result?.errorMessage).toBe('the engine exited with an unknown code before it was ready (out of memory)');
  });

  it('never puts back a previous container that is not ours any more, nor touches it', async () => {
    const world = makeWorld();
    const before = await plantRuntime(world, 'stopped');
    const id = before.currentContainerId ?? '';
    const engine = altered(world.engine, {
      inspect: async () => ({ kind: 'foreign', id }),
      remove: () => Promise.reject(never),
      create: () => Promise.reject(never),
    });
    const { result, record } = await start(world, IMAGE, { engine });
    expect(result).toEqual(failure('conflict', "the container of the game's last run is not ours"));
    expect(record).toEqual(restoredRecord(before, world.clock.now(), "conflict: the container of the game's last run is not ours"));
    expect(world.engine.ids).toEqual([id]);
  });
});
