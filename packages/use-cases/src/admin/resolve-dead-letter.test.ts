import { MemoryDeadLetterBox } from '@galaxy/adapter-memory';
import type { StreamJob } from '@galaxy/domain';
import { InvalidInputError } from '@galaxy/ports';
import { describe, expect, it } from 'vitest';
import { append, makeIntake, START } from '../test-support/intake.test-support.js';
import { faultOf, intercept } from '../test-support/intercept.test-support.js';
import { entriesOf, makeWorld, operationOf } from '../test-support/world.test-support.js';
import { discardDeadLetter, requeueDeadLetter } from './resolve-dead-letter.js';

const JOB: StreamJob = { kind: 'start', gameId: 'a', imageRef: 'games/engine:1.0.0', requestedAtMs: 0n };

/** A world with one dead letter, and its id. */
async function withDeadLetter() {
  const world = makeWorld();
  append(world, START, '1-0', { game_id: 'a' });
  await (await makeIntake(world)).drain();
  const box = new MemoryDeadLetterBox(world.database);
  const [letter] = await box.list({ state: 'open', limit: 10 });
  if (letter === undefined) throw new Error('nothing was dead-lettered');
  const requeued = () => world.database.operations.filter(({ source }) => source === 'admin');
  return { world, box, ids: world.ids, decode: () => JOB, requeued, id: letter.id };
}

describe('requeueDeadLetter', () => {
  it('queues the job for an administrator, once, however often it is asked, and nothing for the stream', async () => {
    const { world, requeued, id, ...deps } = await withDeadLetter();
    const first = await requeueDeadLetter(id, deps);
    if (first.kind !== 'done' || first.opId === null) return expect.fail(first.kind);
    const asked = { source: 'admin', sourceRef: `dead-letter-${String(id)}-1-0`, job: JOB, entry: null, status: 'queued' };
    expect(operationOf(world, first.opId)).toMatchObject(asked);
    expect(await requeueDeadLetter(id, deps)).toEqual({ kind: 'done', opId: null });
    expect(requeued()).toHaveLength(1);
    expect(entriesOf(world, START)).toHaveLength(1);
    expect(await deps.box.get(id)).toMatchObject({ state: 'requeued' });
  });

  it('queues it once when the answer was lost', async () => {
    const { requeued, id, ...deps } = await withDeadLetter();
    let isLost = false;
    const box = intercept('box', deps.box, async (call) => {
      const answer = await call.go();
      if (call.method !== 'requeue' || isLost) return answer;
      isLost = true;
      throw faultOf('postgres');
    });
    await expect(requeueDeadLetter(id, { ...deps, box })).rejects.toThrow();
    expect(await requeueDeadLetter(id, { ...deps, box })).toEqual({ kind: 'done', opId: null });
    expect(requeued()).toHaveLength(1);
  });

  it('leaves it open when its entry cannot be decoded', async () => {
    const { requeued, id, ...deps } = await withDeadLetter();
    const decode = () => {
      throw new InvalidInputError('missing image_ref');
    };
    await expect(requeueDeadLetter(id, { ...deps, decode })).rejects.toThrow('missing image_ref');
    expect(requeued()).toEqual([]);
    expect(await deps.box.get(id)).toMatchObject({ state: 'open' });
  });

  it('touches nothing that was discarded, also meanwhile, or does not exist', async () => {
    const { requeued, id, ...deps } = await withDeadLetter();
    const box = intercept('box', deps.box, async (call) => {
      if (call.method === 'requeue') await deps.box.resolve(id, 'discarded');
      return call.go();
    });
    for (const one of [box, deps.box])
      expect(await requeueDeadLetter(id, { ...deps, box: one })).toEqual({ kind: 'decided_otherwise', state: 'discarded' });
    expect(await requeueDeadLetter(id + 1n, deps)).toEqual({ kind: 'unknown' });
    expect(requeued()).toEqual([]);
  });

  it('leaves it open while the database is held as restored', async () => {
    const { world, requeued, id, ...deps } = await withDeadLetter();
    await world.holds.set('restored', 'a test');
    expect(await requeueDeadLetter(id, deps)).toEqual({ kind: 'on_hold' });
    expect(requeued()).toEqual([]);
    expect(await deps.box.get(id)).toMatchObject({ state: 'open' });
  });
});

describe('discardDeadLetter', () => {
  it('notes it, and may be repeated', async () => {
    const { box, id } = await withDeadLetter();
    for (let call = 1; call <= 2; call += 1) expect(await discardDeadLetter(id, { box })).toEqual({ kind: 'done', opId: null });
    expect(await box.get(id)).toMatchObject({ state: 'discarded' });
  });

  it('says when it was requeued, or does not exist', async () => {
    const { id, ...deps } = await withDeadLetter();
    await requeueDeadLetter(id, deps);
    expect(await discardDeadLetter(id, deps)).toEqual({ kind: 'decided_otherwise', state: 'requeued' });
    expect(await discardDeadLetter(id + 1n, deps)).toEqual({ kind: 'unknown' });
  });
});
