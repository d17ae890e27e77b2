import type { NumberedResultPublisher } from '@galaxy/manager-ports';
import type { SeenEntry, ServerUnderTest } from '@galaxy/port-contracts';
import { using } from '@galaxy/port-contracts';
import type { JobOutcome, JobResult } from '@galaxy/ports';
import { InvalidInputError } from '@galaxy/ports';
import { describe, expect, it } from 'vitest';
import { describeNumbering, STAMP } from './numbered-publisher.js';
import { describeStreamPublishing } from './stream-publishing.js';

/** Two publishers, as of two processes, over one result stream of their own. */
export interface NumberedResultPublisherUnderTest extends ServerUnderTest {
  readonly results: NumberedResultPublisher;
  readonly elsewhere: NumberedResultPublisher;
  /** What the stream holds. */
  entries(): Promise<readonly SeenEntry[]>;
}

const result = (gameId: string, errorMessage = ''): JobResult => ({
  gameId,
  outcome: 'success',
  containerId: 'c0ffee',
  engineEndpoint: `http://galaxy-game-${gameId}:8080`,
  errorCode: 'replay_no_op',
  errorMessage,
});

/** Holds an adapter to the promises of NumberedResultPublisher. */
export function numberedResultPublisherContract(name: string, open: () => Promise<NumberedResultPublisherUnderTest>): void {
  describe(`NumberedResultPublisher: ${name}`, () => {
    const openNumbered = async () => {
      const { results, elsewhere, ...tested } = await open();
      return {
        ...tested,
        publishing: results,
        publishingElsewhere: elsewhere,
        publish: (lane: string, number: bigint, stamp = STAMP) => results.publish({ number, result: result(lane, String(number)) }, stamp),
        publishElsewhere: (lane: string, number: bigint, stamp = STAMP) =>
          elsewhere.publish({ number, result: result(lane, String(number)) }, stamp),
        read: ({ fields }: SeenEntry) => ({ lane: fields['game_id'] ?? '', number: BigInt(fields['error_message'] ?? '') }),
      };
    };
    describeNumbering(openNumbered);
    describeStreamPublishing(openNumbered);

    it('publishes all six fields, always and verbatim, and no others', () =>
      using(open, async ({ results, entries }) => {
        const failed: JobResult = {
          gameId: '\ufeff Ålpha\u2028',
          outcome: 'failure',
          containerId: '',
          engineEndpoint: '',
          errorCode: 'invalid_job',
          errorMessage: ' ünder\n"way" ',
        };
        await results.adoptEpoch(STAMP.epoch, null, null);
        await results.publish({ number: 1n, result: result('alpha') }, STAMP);
        await results.publish({ number: 1n, result: failed }, STAMP);
        expect((await entries()).map((entry) => entry.fields)).toEqual([
          {
            game_id: 'alpha',
            outcome: 'success',
            container_id: 'c0ffee',
            engine_endpoint: 'http://galaxy-game-alpha:8080',
            error_code: 'replay_no_op',
            error_message: '',
          },
          {
            game_id: '\ufeff Ålpha\u2028',
            outcome: 'failure',
            container_id: '',
            engine_endpoint: '',
            error_code: 'invalid_job',
            error_message: ' ünder\n"way" ',
          },
        ]);
      }));

    it.each([
      ['a blank game id', { ...result('alpha'), gameId: ' \u0085' }],
      ['an unknown outcome', { ...result('alpha'), outcome: 'maybe' as JobOutcome }],
    ])('refuses %s with InvalidInputError: nothing was published', (_, bad) =>
      using(open, async ({ results, entries }) => {
        await expect(results.publish({ number: 1n, result: bad }, STAMP)).rejects.toThrow(InvalidInputError);
        expect(await entries()).toEqual([]);
      }),
    );
  });
}
