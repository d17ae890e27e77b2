import type { StopReason } from '@galaxy/domain';
import { STOP_REASONS } from '@galaxy/domain';
import type { RuntimeManager } from '@galaxy/ports';
import { InvalidInputError } from '@galaxy/ports';
import { describe, expect, it, vi } from 'vitest';
import { describePublishIds, describeWasPublished } from './publish-ids.js';
import type { OpenManager, RuntimeManagerLimits } from './runtime-manager-under-test.js';
import { throughOutage, using } from './under-test.js';

/** Holds an adapter to the promises of RuntimeManager. `open` gives empty streams each time. */
export function runtimeManagerContract(name: string, open: OpenManager, cannot: RuntimeManagerLimits = {}): void {
  describe(`RuntimeManager: ${name}`, () => {
    describePublishing(open);
    describeInvalidInput(open);
    describePublishIds(open);
    describeWasPublished(open);
    describeLostReply(open, cannot);

    it.skipIf(cannot.cutOff)('throws DependencyFault while the stream does not answer, and recovers without help', () =>
      using(open, async ({ manager, startEntries, ...outage }) => {
        const calls = [
          () => manager.publishStartJob('alpha', 'galaxy/engine:1'),
          () => manager.publishStopJob('alpha', 'cancelled'),
          () => manager.publishStartJob('alpha', 'galaxy/engine:1', { id: 'a' }),
          () => manager.wasPublished('b', new Date()),
        ];
        await throughOutage(outage, calls, () => manager.publishStartJob('beta', 'galaxy/engine:1'));
        expect((await startEntries()).map((entry) => entry.fields['game_id'])).toEqual(['beta']);
      }),
    );
  });
}

function describePublishing(open: OpenManager): void {
  it('enqueues one start job for the game with the resolved image reference', () =>
    using(open, async ({ manager, startEntries, stopEntries }) => {
      const before = Date.now();
      const job = await manager.publishStartJob('alpha', 'registry.example.com:5000/galaxy/engine:1.4.2');
      const [entry, ...more] = await startEntries();
      expect(more).toEqual([]);
      expect(job).toEqual({ stream: 'start_jobs', entryId: entry?.entryId });
      const { requested_at_ms: requestedAt, ...fields } = entry?.fields ?? {};
      expect(fields).toEqual({ game_id: 'alpha', image_ref: 'registry.example.com:5000/galaxy/engine:1.4.2' });
      expect(Number(requestedAt)).toBeGreaterThanOrEqual(before);
      expect(Number(requestedAt)).toBeLessThanOrEqual(Date.now());
      expect(await stopEntries()).toEqual([]);
    }));

  it.each(STOP_REASONS)('enqueues one stop job for the game with its reason: %s', (reason) =>
    using(open, async ({ manager, startEntries, stopEntries }) => {
      const { stream, entryId } = await manager.publishStopJob('alpha', reason);
      expect(stream).toBe('stop_jobs');
      const fields = { game_id: 'alpha', reason, requested_at_ms: expect.stringMatching(/^\d+$/) };
      expect(await stopEntries()).toEqual([{ entryId, fields }]);
      expect(await startEntries()).toEqual([]);
    }),
  );

  it('makes one call one event, also for the same game at the same time', () =>
    using(open, async ({ manager, startEntries }) => {
      const jobs = await Promise.all(Array.from({ length: 50 }, () => manager.publishStartJob('alpha', 'galaxy/engine:1')));
      const ids = (await startEntries()).map((entry) => entry.entryId);
      expect(new Set(ids).size).toBe(50);
      expect(new Set(jobs.map((job) => job.entryId))).toEqual(new Set(ids));
    }));
}

function describeLostReply(open: OpenManager, cannot: RuntimeManagerLimits): void {
  it.skipIf(cannot.loseReplies)('settles a call whose reply was lost: wasPublished tells where the job is', () =>
    using(open, async ({ manager, startEntries, loseReplies, endLosing }) => {
      if (loseReplies === undefined || endLosing === undefined)
        throw new Error('open() must give loseReplies and endLosing, or the limit `loseReplies` must say why it cannot');
      const since = new Date();
      await loseReplies();
      const call = manager.publishStartJob('alpha', 'galaxy/engine:1', { id: 'a' });
      await expect(call).rejects.toMatchObject({ name: 'DependencyFault', retryable: true, effect: 'unknown' });
      await endLosing();
      const was = await vi.waitFor(() => manager.wasPublished('a', since), { timeout: 8000 });
      const [entry, ...more] = await startEntries();
      expect(more).toEqual([]);
      expect(was).toEqual({ kind: 'published', stream: 'start_jobs', entryId: entry?.entryId });
      expect(await manager.publishStartJob('alpha', 'galaxy/engine:1', { id: 'a' })).toMatchObject({ entryId: entry?.entryId });
      expect(await startEntries()).toHaveLength(1);
    }),
  );
}

function describeInvalidInput(open: OpenManager): void {
  const calls: readonly (readonly [string, (manager: RuntimeManager) => Promise<unknown>])[] = [
    ['a start of a game id that is not valid', (manager) => manager.publishStartJob('Alpha', 'galaxy/engine:1')],
    ['a start with a malformed image reference', (manager) => manager.publishStartJob('alpha', 'not an image')],
    ['a start with an image that has neither tag nor digest', (manager) => manager.publishStartJob('alpha', 'galaxy/engine')],
    ['a stop of a game id that is not valid', (manager) => manager.publishStopJob('', 'cancelled')],
    ['a stop with an empty reason', (manager) => manager.publishStopJob('alpha', '' as StopReason)],
    ['a stop with an unknown reason', (manager) => manager.publishStopJob('alpha', 'bored' as StopReason)],
  ];

  it.each(calls)('refuses %s with InvalidInputError: nothing was published', (_, call) =>
    using(open, async ({ manager, startEntries, stopEntries }) => {
      await expect(call(manager)).rejects.toThrow(InvalidInputError);
      expect([...(await startEntries()), ...(await stopEntries())]).toEqual([]);
    }),
  );

  it('tells an empty reason from an unknown one', () =>
    using(open, async ({ manager }) => {
      await expect(manager.publishStopJob('alpha', '' as StopReason)).rejects.toThrow(/empty/);
      await expect(manager.publishStopJob('alpha', 'bored' as StopReason)).rejects.toThrow(/unknown/);
    }));
}
