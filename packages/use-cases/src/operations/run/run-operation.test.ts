import { MemoryJobOutcomePublisher, MemoryOperationJournal } from '@galaxy/adapter-memory';
import type { ContainerEngine, FinishOutcome } from '@galaxy/manager-ports';
import { anything, capture, verify, when } from 'ts-mockito';
import { describe, expect, it } from 'vitest';
import { altered, faultOf, intercept, mockPort } from '../../test-support/intercept.test-support.js';
import { listening, makeOperationRunner, setGoing, TTL_MS, workOff } from '../../test-support/operation-runner.test-support.js';
import {
  BAD_IMAGES,
  decidedResults,
  enqueue,
  entriesOf,
  GAME,
  makeWorld,
  operationOf,
  pass,
  plantRuntime,
  recordOf,
  startJob,
  stopJob,
} from '../../test-support/world.test-support.js';

// Typed any by its library; here it stands for any argument.
const ANY = anything() as never;
const RESULTS = 'runtime:job_results';

describe('an entry that could not be decoded', () => {
  it.each(['start', 'stop'] as const)('of the %s stream is answered in its turn, and moves nothing', async (of) => {
    const world = makeWorld();
    const gameId = 'Not A Game Id';
    await enqueue(world, startJob());
    const opId = await enqueue(world, { kind: 'invalid', of, gameId, message: 'invalid game_id' });
    await workOff(world);
    expect(decidedResults(world, gameId)).toEqual([
      { gameId, outcome: 'failure', containerId: '', engineEndpoint: '', errorCode: 'invalid_job', errorMessage: 'invalid game_id' },
    ]);
    expect(operationOf(world, opId)).toMatchObject({ status: 'failed', op: of });
    expect(recordOf(world, gameId)).toBeNull();
  });

  it('waits for what came before it', async () => {
    const world = makeWorld();
    await enqueue(world, startJob());
    await enqueue(world, { kind: 'invalid', of: 'start', gameId: GAME, message: 'missing image_ref' });
    await enqueue(world, stopJob());
    await workOff(world);
    expect(decidedResults(world).map(({ errorCode }) => errorCode)).toEqual(['start_superseded', 'invalid_job', 'replay_no_op']);
  });
});

describe('while the store is away', () => {
  it('a mutation waits for a renewal', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'running');
    await enqueue(world, stopJob());
    let isAway = false;
    const journal = intercept('journal', world.journal, async (call) => {
      if (isAway) throw faultOf('postgres');
      return call.go();
    });
    const engine = altered(world.engine, {
      inspect: async (id) => {
        const inspection = await world.engine.inspect(id);
        if (world.clock.monotonicMs() === 0) {
          isAway = true;
          await world.clock.sleep(TTL_MS);
        }
        return inspection;
      },
    });
    const { seen, calls } = listening(engine);
    const { running } = await setGoing(world, { engine: seen, journal });
    await world.clock.advance(60_000);
    expect(calls).toEqual(['inspect']);
    isAway = false;
    await pass(world, running, 2000);
    expect(calls).toEqual(['inspect', 'stop', 'inspect']);
    expect(decidedResults(world)).toMatchObject([{ outcome: 'success' }]);
  });

  it('a finish is asked again until it is answered, and the reply that was lost is recognised: published once', async () => {
    const world = makeWorld();
    const opId = await enqueue(world, startJob());
    let asked = 0;
    const journal = intercept('journal', world.journal, async (call) => {
      if (call.method !== 'finish') return call.go();
      asked += 1;
      if (asked === 2) await call.go();
      if (asked < 200) throw faultOf('postgres', { effect: asked === 2 ? 'unknown' : 'not_done' });
      return call.go();
    });
    const { running } = await setGoing(world, { journal });
    await pass(world, running);
    expect(asked).toBe(200);
    expect(operationOf(world, opId)).toMatchObject({ status: 'succeeded', attempt: 1 });
    expect(entriesOf(world, RESULTS)).toHaveLength(1);
    expect(world.database.outbox).toMatchObject([{ published: true }]);
    expect(world.engine.ids).toHaveLength(1);
  });

  it('a finish that is refused for good is a failed attempt', async () => {
    const world = makeWorld();
    const opId = await enqueue(world, startJob());
    let refusals = 1;
    const journal = intercept('journal', world.journal, async (call) => {
      if (call.method === 'finish' && refusals-- > 0) throw faultOf('postgres', { retryable: false });
      return call.go();
    });
    await workOff(world, makeOperationRunner(world, { journal }));
    expect(operationOf(world, opId)).toMatchObject({ status: 'succeeded', attempt: 2 });
    expect(entriesOf(world, RESULTS)).toHaveLength(1);
  });

  it('a finish that finds the record moved is a failed attempt: the next one decides anew', async () => {
    const world = makeWorld();
    await plantRuntime(world, 'running');
    const opId = await enqueue(world, stopJob());
    const outcomes: FinishOutcome['kind'][] = [];
    const journal = intercept('journal', world.journal, async (call) => {
      if (call.method === 'finish' && outcomes.length === 0) await world.engine.remove(recordOf(world)?.currentContainerId ?? '');
      const record = recordOf(world);
      if (call.method === 'finish' && outcomes.length === 0 && record !== null)
        world.database.records.set(GAME, { ...record, status: 'removed', currentContainerId: null });
      const answer = await call.go();
      if (call.method === 'finish') outcomes.push((answer as FinishOutcome).kind);
      return answer;
    });
    await workOff(world, makeOperationRunner(world, { journal }));
    expect(outcomes).toEqual(['stale', 'applied']);
    expect(world.events).toContainEqual(expect.objectContaining({ kind: 'claim_released', reason: 'failure' }));
    expect(decidedResults(world)).toMatchObject([{ outcome: 'success', errorCode: 'replay_no_op', containerId: '' }]);
    expect(operationOf(world, opId)).toMatchObject({ attempt: 2 });
  });
});

describe('a shutdown', () => {
  it.each(['pull', 'readiness'])('in the %s releases the claim at once, and counts no failure', async (where) => {
    const world = makeWorld();
    world.engine.addImage('games/engine:slow', { pullTakes: new Promise(() => undefined) });
    const opId = await enqueue(world, startJob(where === 'pull' ? 'games/engine:slow' : BAD_IMAGES.neverReady));
    const { runner, running } = await setGoing(world);
    await world.clock.advance(1200);
    runner.keeper.shutDown();
    await pass(world, running, 0);
    expect(operationOf(world, opId)).toMatchObject({ status: 'running', holder: null, failures: 0 });
    expect(world.events.at(-1)).toMatchObject({ kind: 'claim_released', reason: 'handover' });
    const next = await makeOperationRunner(world).claim();
    expect(next?.claim).toMatchObject({ opId, attempt: 2, failures: 0 });
  });

  it('while a finish is not answered ends the attempt; what was done is not done again', async () => {
    const world = makeWorld();
    const opId = await enqueue(world, startJob());
    const journal = intercept('journal', world.journal, async (call) => {
      const answer = await call.go();
      if (call.method === 'finish') throw faultOf('postgres');
      return answer;
    });
    const { runner, running } = await setGoing(world, { journal });
    await world.clock.advance(1000);
    runner.keeper.shutDown();
    await pass(world, running, 500);
    expect(operationOf(world, opId)).toMatchObject({ status: 'succeeded' });
    expect(await makeOperationRunner(world).claim()).toBeNull();
  });
});

it('a named outcome is published right behind the result, without a relay', async () => {
  const world = makeWorld();
  const outcomesOf = { start_jobs: 'runtime:start_jobs', stop_jobs: 'runtime:stop_jobs' };
  const journal = new MemoryOperationJournal(world.database, { outcomesOf });
  const opId = await enqueue(world, startJob());
  const ports = { journal, outcomes: new MemoryJobOutcomePublisher(world.streams) };
  await workOff(world, makeOperationRunner(world, ports));
  const kinds = world.events.flatMap((event) => (event.kind === 'message_published' ? [event.messageKind] : []));
  expect(kinds).toEqual(['job_result', 'job_outcome']);
  expect(entriesOf(world, 'runtime:job_outcomes')).toMatchObject([{ job_entry_id: opId, op_id: opId, outcome: 'success', number: '1' }]);
  expect(world.database.outbox).toMatchObject([{ published: true }, { published: true }]);
});

it('what is finished is told, and handed to the publisher', async () => {
  const world = makeWorld();
  const opId = await enqueue(world, startJob(BAD_IMAGES.exitsEarly));
  await workOff(world);
  expect(world.events).toContainEqual({
    kind: 'operation_finished',
    operation: { opId, gameId: GAME, attempt: 1, sourceRef: opId, op: 'start', reason: '', requestedAtMs: null },
    outcome: 'failure',
    errorCode: 'container_start_failed',
    errorMessage: 'the engine exited with code 3 before it was ready',
    ms: 0,
  });
  expect(entriesOf(world, RESULTS)).toEqual([
    {
      game_id: GAME,
      outcome: 'failure',
      container_id: '',
      engine_endpoint: '',
      error_code: 'container_start_failed',
      error_message: 'the engine exited with code 3 before it was ready',
    },
  ]);
});

it('a start asks the engine in this order: image, host, create, start', async () => {
  const world = makeWorld();
  const { mocked, port } = mockPort<ContainerEngine>();
  when(mocked.find(ANY)).thenResolve({ kind: 'absent' });
  when(mocked.ensureImage(ANY, ANY)).thenResolve({ kind: 'available' });
  when(mocked.prepare(ANY)).thenResolve({ kind: 'prepared' });
  when(mocked.create(ANY)).thenResolve({ kind: 'created', id: 'c1' });
  when(mocked.start('c1')).thenResolve({ kind: 'refused', message: 'no' });
  const opId = await enqueue(world, startJob());
  await workOff(world, makeOperationRunner(world, { engine: port }));
  verify(mocked.ensureImage(ANY, ANY)).calledBefore(mocked.prepare(ANY));
  verify(mocked.prepare(ANY)).calledBefore(mocked.create(ANY));
  verify(mocked.create(ANY)).calledBefore(mocked.start('c1'));
  expect(capture(mocked.create).last()).toEqual([{ gameId: GAME, opId, attempt: 1, imageRef: 'games/engine:1.0.0' }]);
  expect(decidedResults(world)).toMatchObject([{ errorCode: 'container_start_failed' }]);
});
