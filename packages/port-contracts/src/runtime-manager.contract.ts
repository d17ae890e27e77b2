import type { StopReason } from '@galaxy/domain';
import { STOP_REASONS } from '@galaxy/domain';
import type { RuntimeManager } from '@galaxy/ports';
import { InvalidInputError } from '@galaxy/ports';
import { describe, expect, it } from 'vitest';
import type { Closable, Outage, OutageLimits, SeenEntry } from './under-test.js';
import { throughOutage, using } from './under-test.js';

/** A producer over job streams of its own. Leave `cutOff` and `restore` out only with the limit `cutOff`. */
export interface RuntimeManagerUnderTest extends Closable, Partial<Outage> {
  readonly manager: RuntimeManager;
  /** What the start stream holds. */
  startEntries(): Promise<readonly SeenEntry[]>;
  /** What the stop stream holds. */
  stopEntries(): Promise<readonly SeenEntry[]>;
}

/** Holds an adapter to the promises of RuntimeManager. `open` gives empty streams each time. */
export function runtimeManagerContract(name: string, open: () => Promise<RuntimeManagerUnderTest>, cannot: OutageLimits = {}): void {
  describe(`RuntimeManager: ${name}`, () => {
    describePublishing(open);
    describeInvalidInput(open);

    it.skipIf(cannot.cutOff)('throws DependencyFault while the stream does not answer, and recovers without help', () =>
      using(open, async ({ manager, startEntries, ...outage }) => {
        const calls = [() => manager.publishStartJob('alpha', 'galaxy/engine:1'), () => manager.publishStopJob('alpha', 'cancelled')];
        await throughOutage(outage, calls, () => manager.publishStartJob('beta', 'galaxy/engine:1'));
        expect((await startEntries()).map((entry) => entry.fields['game_id'])).toEqual(['beta']);
      }),
    );
  });
}

function describePublishing(open: () => Promise<RuntimeManagerUnderTest>): void {
  it('enqueues one start job for the game with the resolved image reference', () =>
    using(open, async ({ manager, startEntries, stopEntries }) => {
      const before = Date.now();
      await manager.publishStartJob('alpha', 'registry.example.com:5000/galaxy/engine:1.4.2');
      const [entry, ...more] = await startEntries();
      expect(more).toEqual([]);
      const { requested_at_ms: requestedAt, ...fields } = entry?.fields ?? {};
      expect(fields).toEqual({ game_id: 'alpha', image_ref: 'registry.example.com:5000/galaxy/engine:1.4.2' });
      expect(Number(requestedAt)).toBeGreaterThanOrEqual(before);
      expect(Number(requestedAt)).toBeLessThanOrEqual(Date.now());
      expect(await stopEntries()).toEqual([]);
    }));

  it.each(STOP_REASONS)('enqueues one stop job for the game with its reason: %s', (reason) =>
    using(open, async ({ manager, startEntries, stopEntries }) => {
      await manager.publishStopJob('alpha', reason);
      expect((await stopEntries()).map((entry) => entry.fields)).toEqual([
        { game_id: 'alpha', reason, requested_at_ms: expect.stringMatching(/^\d+$/) },
      ]);
      expect(await startEntries()).toEqual([]);
    }),
  );

  it('makes one call one event, also for the same game at the same time', () =>
    using(open, async ({ manager, startEntries }) => {
      await Promise.all(Array.from({ length: 50 }, () => manager.publishStartJob('alpha', 'galaxy/engine:1')));
      const ids = (await startEntries()).map((entry) => entry.entryId);
      expect(ids).toHaveLength(50);
      expect(new Set(ids).size).toBe(50);
    }));
}

function describeInvalidInput(open: () => Promise<RuntimeManagerUnderTest>): void {
  const calls: readonly (readonly [string, (manager: RuntimeManager) => Promise<void>])[] = [
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
