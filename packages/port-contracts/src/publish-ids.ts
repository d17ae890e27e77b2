import type { RuntimeManager } from '@galaxy/ports';
import { InvalidInputError, PUBLISH_ID_REMEMBERED_MS } from '@galaxy/ports';
import { describe, expect, it } from 'vitest';
import type { OpenManager } from './runtime-manager-under-test.js';
import { using } from './under-test.js';

const IMAGE = 'galaxy/engine:1';
const otherJob = { code: 'publish_id_conflict', conflict: 'other_job', retryable: false };

/** The tests of jobs that are published with an id of the caller's. */
export function describePublishIds(open: OpenManager): void {
  describe('with an id of the caller’s', () => {
    it('adds nothing for a second call with the same id and job, and returns where the first one is, also from another process', () =>
      using(open, async ({ manager, elsewhere, startEntries, stopEntries }) => {
        const id = ' ~'.repeat(64);
        const start = await manager.publishStartJob('alpha', IMAGE, { id });
        expect(await manager.publishStartJob('alpha', IMAGE, { id })).toEqual(start);
        expect(await elsewhere.publishStartJob('alpha', IMAGE, { id })).toEqual(start);
        const stop = await elsewhere.publishStopJob('alpha', 'cancelled', { id: 'b' });
        expect(await manager.publishStopJob('alpha', 'cancelled', { id: 'b' })).toEqual(stop);
        expect((await startEntries()).map(({ entryId }) => entryId)).toEqual([start.entryId]);
        expect((await stopEntries()).map(({ entryId }) => entryId)).toEqual([stop.entryId]);
      }));

    it('adds one event for calls at the same time', () =>
      using(open, async ({ manager, elsewhere, startEntries }) => {
        const calls = Array.from({ length: 20 }, (_, n) =>
          (n % 2 === 0 ? manager : elsewhere).publishStartJob('alpha', IMAGE, { id: 'a' }),
        );
        const [first, ...others] = await Promise.all(calls);
        for (const job of others) expect(job).toEqual(first);
        expect(await startEntries()).toHaveLength(1);
      }));

    it('adds the three fields of the contract and no others', () =>
      using(open, async ({ manager, startEntries, stopEntries }) => {
        await manager.publishStartJob('alpha', IMAGE, { id: 'a' });
        await manager.publishStopJob('alpha', 'cancelled', { id: 'b' });
        const names = [...(await startEntries()), ...(await stopEntries())].map(({ fields }) => Object.keys(fields).sort());
        expect(names).toEqual([
          ['game_id', 'image_ref', 'requested_at_ms'],
          ['game_id', 'reason', 'requested_at_ms'],
        ]);
      }));

    it.each<[string, (manager: RuntimeManager) => Promise<unknown>]>([
      ['of another game', (manager) => manager.publishStartJob('beta', IMAGE, { id: 'a' })],
      ['with another image', (manager) => manager.publishStartJob('alpha', 'galaxy/engine:2', { id: 'a' })],
      ['of the other stream', (manager) => manager.publishStopJob('alpha', 'cancelled', { id: 'a' })],
    ])('refuses the id of another job for one %s: nothing was published', (_, publish) =>
      using(open, async ({ manager, elsewhere, startEntries, stopEntries }) => {
        await manager.publishStartJob('alpha', IMAGE, { id: 'a' });
        await expect(publish(elsewhere)).rejects.toMatchObject(otherJob);
        expect([...(await startEntries()), ...(await stopEntries())]).toHaveLength(1);
      }),
    );

    it('refuses the id of a stop for a stop with another reason', () =>
      using(open, async ({ manager, stopEntries }) => {
        await manager.publishStopJob('alpha', 'cancelled', { id: 'a' });
        await expect(manager.publishStopJob('alpha', 'timeout', { id: 'a' })).rejects.toMatchObject({ ...otherJob, id: 'a' });
        expect(await stopEntries()).toHaveLength(1);
      }));

    it.each(['', 'x'.repeat(129), 'é', 'a\n'])('refuses %j as an id with InvalidInputError: nothing was published', (id) =>
      using(open, async ({ manager, startEntries, stopEntries }) => {
        await expect(manager.publishStartJob('alpha', IMAGE, { id })).rejects.toThrow(InvalidInputError);
        await expect(manager.publishStopJob('alpha', 'cancelled', { id })).rejects.toThrow(InvalidInputError);
        await expect(manager.wasPublished(id, new Date())).rejects.toThrow(InvalidInputError);
        expect([...(await startEntries()), ...(await stopEntries())]).toEqual([]);
      }),
    );
  });
}

/** The tests of `wasPublished`. */
export function describeWasPublished(open: OpenManager): void {
  const tooLongAgo = () => new Date(Date.now() - PUBLISH_ID_REMEMBERED_MS);
  const asLongAsMayBe = () => new Date(Date.now() - PUBLISH_ID_REMEMBERED_MS + 60_000);

  describe('wasPublished', () => {
    it('tells where the job is, of both streams, from another process and whenever the first call was', () =>
      using(open, async ({ manager, elsewhere }) => {
        const start = await manager.publishStartJob('alpha', IMAGE, { id: 'a' });
        const stop = await manager.publishStopJob('alpha', 'cancelled', { id: 'b' });
        for (const since of [new Date(), tooLongAgo()]) {
          expect(await elsewhere.wasPublished('a', since)).toEqual({ kind: 'published', ...start });
          expect(await elsewhere.wasPublished('b', since)).toEqual({ kind: 'published', ...stop });
        }
        expect(await manager.publishStartJob('alpha', IMAGE, { id: 'a' })).toEqual(start);
      }));

    it('makes not_published true for good: every later call with the id is refused', () =>
      using(open, async ({ manager, elsewhere, startEntries, stopEntries }) => {
        expect(await manager.wasPublished('a', asLongAsMayBe())).toEqual({ kind: 'not_published' });
        const withdrawn = { code: 'publish_id_conflict', conflict: 'withdrawn', retryable: false, id: 'a' };
        await expect(elsewhere.publishStartJob('alpha', IMAGE, { id: 'a' })).rejects.toMatchObject(withdrawn);
        await expect(manager.publishStopJob('alpha', 'cancelled', { id: 'a' })).rejects.toMatchObject(withdrawn);
        expect(await elsewhere.wasPublished('a', new Date())).toEqual({ kind: 'not_published' });
        expect(await elsewhere.wasPublished('a', tooLongAgo())).toEqual({ kind: 'not_published' });
        expect([...(await startEntries()), ...(await stopEntries())]).toEqual([]);
        await manager.publishStartJob('alpha', IMAGE, { id: 'another' });
        expect(await startEntries()).toHaveLength(1);
      }));

    it('does not know of an id that may have been forgotten, and changes nothing', () =>
      using(open, async ({ manager, startEntries }) => {
        expect(await manager.wasPublished('a', tooLongAgo())).toEqual({ kind: 'unknown' });
        await manager.publishStartJob('alpha', IMAGE, { id: 'a' });
        expect(await startEntries()).toHaveLength(1);
      }));

    it('refuses a date that is none with InvalidInputError: nothing was changed', () =>
      using(open, async ({ manager }) => {
        await expect(manager.wasPublished('a', new Date(Number.NaN))).rejects.toThrow(InvalidInputError);
        await manager.publishStartJob('alpha', IMAGE, { id: 'a' });
      }));
  });
}
