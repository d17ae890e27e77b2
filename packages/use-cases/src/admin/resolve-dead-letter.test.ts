import { MemoryDeadLetterBox, MemoryEntryRequeue } from '@galaxy/adapter-memory';
import { describe, expect, it } from 'vitest';
import { append, makeIntake, START } from '../test-support/intake.test-support.js';
import { faultOf, intercept } from '../test-support/intercept.test-support.js';
import { entriesOf, makeWorld } from '../test-support/world.test-support.js';
import { discardDeadLetter, requeueDeadLetter } from './resolve-dead-letter.js';

/** A world with one dead letter, and its id. */
async function withDeadLetter(fields: Record<string, string> = { game_id: 'a' }, entryId = '1-0') {
  const world = makeWorld();
  append(world, START, entryId, fields);
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
      intercept('port', port, async (call) => {
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

  it('puts back an entry whose letter has the id of another one, from before its database was restored', async () => {
    const before = await withDeadLetter();
    await requeueDeadLetter(before.id, before);
    const { world, box, id } = await withDeadLetter({ game_id: 'b' }, '2-0');
    expect(id).toBe(before.id);
    expect(await requeueDeadLetter(id, { box, requeue: before.requeue })).toMatchObject({ kind: 'done' });
    expect(entriesOf(before.world, START)).toEqual([{ game_id: 'a' }, { game_id: 'a' }, { game_id: 'b' }]);
    expect(entriesOf(world, START)).toHaveLength(1);
  });

  it('touches nothing that was discarded, or does not exist', async () => {
    const { world, box, requeue, id } = await withDeadLetter();
    await discardDeadLetter(id, { box });
    expect(await requeueDeadLetter(id, { box, requeue })).toEqual({ kind: 'decided_otherwise', state: 'discarded', entryId: null });
    expect(await requeueDeadLetter(id + 1n, { box, requeue })).toEqual({ kind: 'unknown' });
    expect(entriesOf(world, START)).toHaveLength(1);
  });

  it('tells when somebody discarded it meanwhile, and that it was put back all the same', async () => {
    const { box, requeue, id } = await withDeadLetter();
    const meanwhile = intercept('requeue', requeue, async (call) => {
      await box.resolve(id, 'discarded');
      return call.go();
    });
    expect(await requeueDeadLetter(id, { box, requeue: meanwhile })).toEqual({
      kind: 'decided_otherwise',
      state: 'discarded',
      entryId: expect.stringMatching(/^\d+-\d+$/) as string,
    });
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
    expect(await discardDeadLetter(id, { box })).toEqual({ kind: 'decided_otherwise', state: 'requeued', entryId: null });
    expect(await discardDeadLetter(id + 1n, { box })).toEqual({ kind: 'unknown' });
  });
});
