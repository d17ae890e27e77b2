import type { JobOutcome, JobResult, JobResultPublisher } from '@galaxy/ports';
import { InvalidInputError } from '@galaxy/ports';
import { describe, expect, it, vi } from 'vitest';
import type { Closable, Outage, OutageLimits, SeenEntry } from './under-test.js';
import { throughOutage, using } from './under-test.js';

/** A publisher over a result stream of its own that holds nothing yet. Leave out only what a limit says cannot be done. */
export interface JobResultPublisherUnderTest extends Closable, Partial<Outage> {
  readonly results: JobResultPublisher;
  /** What the stream holds, in order. */
  entries(): Promise<readonly SeenEntry[]>;
  /** From now on the server carries out what it is sent, and its replies are lost. */
  loseReplies?(): Promise<void>;
  /** Replies arrive again; those that were lost never do. */
  endLosing?(): Promise<void>;
}

/** What the suite cannot show of an adapter, each with the reason. */
export interface JobResultPublisherLimits extends OutageLimits {
  /** Why no reply can be lost between the adapter and the stream. */
  readonly loseReplies?: string;
}

type Open = () => Promise<JobResultPublisherUnderTest>;

const success: JobResult = {
  gameId: 'alpha',
  outcome: 'success',
  containerId: 'c0ffee',
  engineEndpoint: 'http://galaxy-game-alpha:8080',
  errorCode: '',
  errorMessage: '',
};
const failure: JobResult = {
  gameId: '\ufeff Ålpha\u2028',
  outcome: 'failure',
  containerId: '',
  engineEndpoint: '',
  errorCode: 'invalid_job',
  errorMessage: ' ünder\n"way" ',
};

/** Holds an adapter to the promises of JobResultPublisher. `open` gives an empty stream each time. */
export function jobResultPublisherContract(name: string, open: Open, cannot: JobResultPublisherLimits = {}): void {
  describe(`JobResultPublisher: ${name}`, () => {
    describeFields(open);
    describeOneEntry(open, cannot);
    describeInvalidInput(open);

    it.skipIf(cannot.cutOff)('throws DependencyFault while the stream does not answer, and recovers without help', () =>
      using(open, async ({ results, entries, ...outage }) => {
        const again = { ...success, gameId: 'beta' };
        await throughOutage(outage, [() => results.publish(success)], () => results.publish(again));
        expect((await entries()).map(({ fields }) => fields['game_id'])).toEqual(['beta']);
      }),
    );
  });
}

function describeFields(open: Open): void {
  it('publishes all six fields, always and verbatim, and no others', () =>
    using(open, async ({ results, entries }) => {
      await results.publish(success);
      await results.publish(failure);
      expect((await entries()).map(({ fields }) => fields)).toEqual([success, failure].map(fieldsOf));
    }));
}

const fieldsOf = (result: JobResult): SeenEntry['fields'] => ({
  game_id: result.gameId,
  outcome: result.outcome,
  container_id: result.containerId,
  engine_endpoint: result.engineEndpoint,
  error_code: result.errorCode,
  error_message: result.errorMessage,
});

function describeOneEntry(open: Open, cannot: JobResultPublisherLimits): void {
  it('makes one call one entry, in the order of the calls, also of the same result', () =>
    using(open, async ({ results, entries }) => {
      const published = [success, failure, success, success];
      for (const result of published) await results.publish(result);
      const seen = await entries();
      expect(seen.map(({ fields }) => fields)).toEqual(published.map(fieldsOf));
      expect(new Set(seen.map(({ entryId }) => entryId)).size).toBe(published.length);
    }));

  it('makes one call one entry, also at the same time', () =>
    using(open, async ({ results, entries }) => {
      await Promise.all(Array.from({ length: 50 }, () => results.publish(success)));
      expect(new Set((await entries()).map(({ entryId }) => entryId)).size).toBe(50);
    }));

  it.skipIf(cannot.loseReplies)('makes one call one entry, even if a reply is lost on the way', () =>
    using(open, async ({ results, entries, loseReplies, endLosing }) => {
      if (loseReplies === undefined || endLosing === undefined)
        throw new Error('open() must give loseReplies and endLosing, or the limit `loseReplies` must say why it cannot');
      await loseReplies();
      const call = results.publish(success);
      await vi.waitFor(async () => expect(await entries()).toHaveLength(1), { timeout: 8000 });
      await endLosing();
      await call;
      expect((await entries()).map(({ fields }) => fields)).toEqual([fieldsOf(success)]);
    }),
  );
}

function describeInvalidInput(open: Open): void {
  it.each<[string, Partial<JobResult>]>([
    ['an empty game id', { gameId: '' }],
    ['a blank game id', { gameId: ' \u0085\t' }],
    ['an empty outcome', { outcome: '' as JobOutcome }],
    ['an unknown outcome', { outcome: 'maybe' as JobOutcome }],
    ['a text that is not well-formed Unicode', { errorMessage: '\ud800' }],
  ])('refuses %s with InvalidInputError: nothing was published', (_, wrong) =>
    using(open, async ({ results, entries }) => {
      await expect(results.publish({ ...success, ...wrong })).rejects.toThrow(InvalidInputError);
      expect(await entries()).toEqual([]);
    }),
  );

  it('names the game id first when both are wrong', () =>
    using(open, async ({ results }) => {
      await expect(results.publish({ ...success, gameId: '', outcome: 'maybe' as JobOutcome })).rejects.toThrow(/game id/);
    }));
}
