import { MemoryDeadLetterBox, MemoryEntryRequeue } from '@galaxy/adapter-memory';
import { describe, expect, it } from 'vitest';
import { append, makeIntake, START } from './intake.test-support.js';
import { discardDeadLetter, requeueDeadLetter } from './resolve-dead-letter.js';
import { between, faultOf } from './stand-between.test-support.js';
import { entriesOf, makeWorld } from './world.test-support.js';

/** A world with one dead letter, and its id. */
async function withDeadLetter() {
  const world = makeWorld();
  append(world, START, '1-0', { game_id: 'a' });
  await (await makeIntake(world)).drain();
  const box = new MemoryDeadLetterBox(world.database);
  const [letter] = await box.list({ state: 'open', limit: 10 });
  if (letter === undefined) throw new Error('nothing was dead-lettered');
  return { world, box, requeue: new MemoryEntryRequeue(world.streams), id: letter.id };
}

describe('requeueDeadLetter', () => {
  it('puts the entry back as it was, once, however often it is asked', async () => {
    const { world, box, requeue, id } = await withDeadLetter();
    const first = await requeueDeadLetter(id, { box, requeue });
    expect(first).toEqual({ kind: 'done', entryId: expect.stringMatching(/^\d+-\d+$/) as string });
    expect(await requeueDeadLetter(id, { box, requeue })).toEqual({ kind: 'done', entryId: null });
    expect(entriesOf(world, START)).toEqual([{ game_id: 'a' }, { game_id: 'a' }]);
    expect(await box.get(id)).toMatchObject({ state: 'requeued' });
  });

  it.each(['requeue', 'resolve'])('puts it back once when the answer of %s was lost', async (method) => {
    const { world, box, requeue, id } = await withDeadLetter();
    let isLost = false;
    const losing = <T extends object>(port: T): T =>
      between('port', port, async (call) => {
        const answer = await call.go();
        if (call.method !== method || isLost) return answer;
        isLost = true;
        throw faultOf('redis');
      });
    const deps = { box: losing(box), requeue: losing(requeue) };
    await expect(requeueDeadLetter(id, deps)).rejects.toThrow();
    expect(await requeueDeadLetter(id, deps)).toMatchObject({ kind: 'done' });
    expect(entriesOf(world, START)).toHaveLength(2);
    expect(await box.get(id)).toMatchObject({ state: 'requeued' });
  });

  it('touches nothing that was discarded, or does not exist', async () => {
    const { world, box, requeue, id } = await withDeadLetter();
    await discardDeadLetter(id, { box });
    expect(await requeueDeadLetter(id, { box, requeue })).toEqual({ kind: 'decided_otherwise', state: 'discarded' });
    expect(await requeueDeadLetter(id + 1n, { box, requeue })).toEqual({ kind: 'unknown' });
    expect(entriesOf(world, START)).toHaveLength(1);
  });

  it('tells when somebody discarded it meanwhile', async () => {
    const { box, requeue, id } = await withDeadLetter();
    const meanwhile = between('requeue', requeue, async (call) => {
      await box.resolve(id, 'discarded');
      return call.go();
    });
    expect(await requeueDeadLetter(id, { box, requeue: meanwhile })).toEqual({ kind: 'decided_otherwise', state: 'discarded' });
  });
});

describe('discardDeadLetter', () => {
  it('notes it, and may be repeated', async () => {
    const { box, id } = await withDeadLetter();
    for (let call = 1; call <= 2; call += 1) expect(await discardDeadLetter(id, { box })).toEqual({ kind: 'done', entryId: null });
    expect(await box.get(id)).toMatchObject({ state: 'discarded' });
  });

  it('says when it was requeued, or does not exist', async () => {
    const { box, requeue, id } = await withDeadLetter();
    await requeueDeadLetter(id, { box, requeue });
    expect(await discardDeadLetter(id, { box })).toEqual({ kind: 'decided_otherwise', state: 'requeued' });
    expect(await discardDeadLetter(id + 1n, { box })).toEqual({ kind: 'unknown' });
  });
});
