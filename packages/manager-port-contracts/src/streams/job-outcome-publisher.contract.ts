import type { JobOutcomePublisher, NamedOutcome } from '@galaxy/manager-ports';
import type { SeenEntry, ServerUnderTest } from '@galaxy/port-contracts';
import { using } from '@galaxy/port-contracts';
import { describe, expect, it } from 'vitest';
import { describeNumbering, STAMP } from './numbered-publisher.js';
import { describeStreamPublishing } from './stream-publishing.js';

/** Two publishers, as of two processes, over one stream of named outcomes of their own. */
export interface JobOutcomePublisherUnderTest extends ServerUnderTest {
  readonly outcomes: JobOutcomePublisher;
  readonly elsewhere: JobOutcomePublisher;
  /** What the stream holds. */
  entries(): Promise<readonly SeenEntry[]>;
}

const OP_ID = '0190a6c8-4f5e-7d3a-9c1b-2a3b4c5d6e7f';

const outcome = (gameId: string, jobEntryId: string): NamedOutcome => ({
  result: { gameId, outcome: 'success', containerId: 'c0ffee', engineEndpoint: 'http://engine', errorCode: '', errorMessage: '' },
  jobStream: 'runtime:start_jobs',
  jobEntryId,
  opId: OP_ID,
  number: 7n,
});

/** Holds an adapter to the promises of JobOutcomePublisher. */
export function jobOutcomePublisherContract(name: string, open: () => Promise<JobOutcomePublisherUnderTest>): void {
  describe(`JobOutcomePublisher: ${name}`, () => {
    const openNumbered = async () => {
      const { outcomes, elsewhere, ...tested } = await open();
      return {
        ...tested,
        publishing: outcomes,
        publishingElsewhere: elsewhere,
        publish: (lane: string, number: bigint, stamp = STAMP) =>
          outcomes.publish({ number, outcome: outcome(lane, `${String(number)}-0`) }, stamp),
        publishElsewhere: (lane: string, number: bigint, stamp = STAMP) =>
          elsewhere.publish({ number, outcome: outcome(lane, `${String(number)}-0`) }, stamp),
        read: ({ fields }: SeenEntry) => ({
          lane: fields['game_id'] ?? '',
          number: BigInt(fields['job_entry_id']?.replace('-0', '') ?? ''),
        }),
      };
    };
    describeNumbering(openNumbered);
    describeStreamPublishing(openNumbered);

    it('publishes the ten fields of an outcome', () =>
      using(open, async ({ outcomes, entries }) => {
        await outcomes.adoptEpoch(STAMP.epoch, null, null);
        await outcomes.publish({ number: 1n, outcome: outcome('alpha', '7-1') }, STAMP);
        expect((await entries()).map((entry) => entry.fields)).toEqual([
          {
            game_id: 'alpha',
            outcome: 'success',
            container_id: 'c0ffee',
            engine_endpoint: 'http://engine',
            error_code: '',
            error_message: '',
            job_stream: 'runtime:start_jobs',
            job_entry_id: '7-1',
            op_id: OP_ID,
            number: '7',
          },
        ]);
      }));

    it('publishes no number for what is not among the results', () =>
      using(open, async ({ outcomes, entries }) => {
        await outcomes.adoptEpoch(STAMP.epoch, null, null);
        await outcomes.publish({ number: 1n, outcome: { ...outcome('alpha', 'a-request'), jobStream: '', number: null } }, STAMP);
        expect((await entries()).map((entry) => entry.fields)).toMatchObject([{ job_stream: '', number: '' }]);
      }));
  });
}
