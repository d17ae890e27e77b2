import type { Claim, ContainerEngine } from '@galaxy/manager-ports';
import { anything, verify, when } from 'ts-mockito';
import { describe, expect, it } from 'vitest';
import { SAFETY_MS } from '../manager/timings.js';
import { faultOf, intercept, mockPort } from '../test-support/intercept.test-support.js';
import { claimRequest, TTL_MS } from '../test-support/operation-runner.test-support.js';
import { enqueue, GAME, makeWorld, pass, stopJob } from '../test-support/world.test-support.js';
import { makeClaimKeeper } from './claim-keeper.js';
import { fenceEngine } from './fenced-engine.js';

const ANY = anything() as never;
const SPEC = { gameId: GAME, opId: 'op', attempt: 1, imageRef: 'games/engine:1' };

/** A fenced engine over a mock, and what its claim is kept with. */
async function makeFenced() {
  const world = makeWorld();
  await enqueue(world, stopJob());
  const [claim] = await world.journal.claim(claimRequest({ holder: 'me', takeOver: false }));
  let renewals = 0;
  const journal = intercept('journal', world.journal, async (call) => {
    renewals += 1;
    return call.go();
  });
  const keeper = makeClaimKeeper({ journal, clock: world.clock, ttlMs: TTL_MS, maxRenewalAgeMs: TTL_MS - SAFETY_MS });
  const held = keeper.hold(claim as Claim, 0);
  const { mocked, port } = mockPort<ContainerEngine>();
  return { world, keeper, held, mocked, engine: fenceEngine(port, held, world.clock), renewals: () => renewals };
}

const LOOKS: readonly [keyof ContainerEngine, (engine: ContainerEngine) => Promise<unknown>][] = [
  ['ensureImage', (engine) => engine.ensureImage('games/engine:1', new AbortController().signal)],
  ['prepare', (engine) => engine.prepare(GAME)],
  ['find', (engine) => engine.find(GAME)],
  ['inspect', (engine) => engine.inspect('c1')],
  ['ping', (engine) => engine.ping()],
];
const CHANGES: readonly [keyof ContainerEngine, (engine: ContainerEngine) => Promise<unknown>][] = [
  ['create', (engine) => engine.create(SPEC)],
  ['start', (engine) => engine.start('c1')],
  ['stop', (engine) => engine.stop('c1', 1000)],
  ['kill', (engine) => engine.kill('c1')],
  ['remove', (engine) => engine.remove('c1')],
];

/** How often the mock was asked for any of the methods. */
function assertNeverAsked(mocked: ContainerEngine): void {
  verify(mocked.ensureImage(ANY, ANY)).never();
  verify(mocked.stop(ANY, ANY)).never();
  verify(mocked.ping()).never();
  for (const name of ['prepare', 'find', 'inspect', 'create', 'start', 'kill', 'remove'] as const) verify(mocked[name](ANY)).never();
}

describe('an engine behind a claim', () => {
  it.each([...LOOKS, ...CHANGES])('%s is not asked once the claim is lost', async (_, ask) => {
    const { world, keeper, engine, mocked } = await makeFenced();
    for (const operation of world.database.operations) operation.attempt += 1;
    await keeper.renewAll();
    await expect(ask(engine)).rejects.toMatchObject({ name: 'ClaimEnded', end: 'lost' });
    assertNeverAsked(mocked);
  });

  it.each([...LOOKS, ...CHANGES])('%s is not asked once the process is shutting down', async (_, ask) => {
    const { keeper, engine, mocked } = await makeFenced();
    keeper.shutDown();
    await expect(ask(engine)).rejects.toMatchObject({ name: 'ClaimEnded', end: 'shutdown' });
    assertNeverAsked(mocked);
  });

  it.each(CHANGES)('%s waits for a renewal when the last one is old', async (_, ask) => {
    const { world, engine, renewals } = await makeFenced();
    await world.clock.advance(TTL_MS - 2000);
    await pass(world, ask(engine));
    expect(renewals()).toBe(1);
  });

  it.each(LOOKS)('%s changes no container, so it waits for nothing', async (_, ask) => {
    const { world, engine, renewals } = await makeFenced();
    await world.clock.advance(TTL_MS);
    await pass(world, ask(engine));
    expect(renewals()).toBe(0);
  });

  it('gives the answers as they are', async () => {
    const { engine, mocked } = await makeFenced();
    when(mocked.create(SPEC)).thenResolve({ kind: 'name_taken' });
    when(mocked.stop('c1', 1000)).thenResolve('gone');
    expect(await engine.create(SPEC)).toEqual({ kind: 'name_taken' });
    expect(await engine.stop('c1', 1000)).toBe('gone');
  });
});

describe('the time an engine does not answer', () => {
  it('adds up over calls that fail, and ends with an answer', async () => {
    const { world, engine, mocked } = await makeFenced();
    when(mocked.inspect('c1')).thenCall(async () => {
      await world.clock.sleep(3000);
      throw faultOf('container_engine');
    });
    when(mocked.find(GAME)).thenResolve({ kind: 'absent' });
    for (const sum of [3000, 6000]) {
      await expect(pass(world, engine.inspect('c1'))).rejects.toMatchObject({ code: 'container_engine_unavailable' });
      expect(engine.unansweredMs).toBe(sum);
    }
    await engine.find(GAME);
    expect(engine.unansweredMs).toBe(0);
  });
});
