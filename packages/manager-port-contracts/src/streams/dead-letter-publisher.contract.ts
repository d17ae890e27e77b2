import type { DeadLetter } from '@galaxy/domain';
import type { DeadLetterPublisher } from '@galaxy/manager-ports';
import type { SeenEntry, ServerUnderTest } from '@galaxy/port-contracts';
import { using } from '@galaxy/port-contracts';
import { describe, expect, it } from 'vitest';
import { describeNumbering, STAMP } from './numbered-publisher.js';
import { describeStreamPublishing } from './stream-publishing.js';

/** Two publishers, as of two processes, over one stream of dead letters of their own. */
export interface DeadLetterPublisherUnderTest extends ServerUnderTest {
  readonly deadLetters: DeadLetterPublisher;
  readonly elsewhere: DeadLetterPublisher;
  /** What the stream holds. */
  entries(): Promise<readonly SeenEntry[]>;
}

const letter = (sourceStream: string, sourceEntryId: string): DeadLetter => ({
  sourceStream,
  sourceEntryId,
  errorCode: 'invalid_job',
  errorMessage: 'missing game_id',
  raw: '[["YQ==","/w=="]]',
  attempts: 5,
  failedAtMs: 1714329600123n,
});

/** Holds an adapter to the promises of DeadLetterPublisher. */
export function deadLetterPublisherContract(name: string, open: () => Promise<DeadLetterPublisherUnderTest>): void {
  describe(`DeadLetterPublisher: ${name}`, () => {
    const openNumbered = async () => {
      const { deadLetters, elsewhere, ...tested } = await open();
      return {
        ...tested,
        publishing: deadLetters,
        publishingElsewhere: elsewhere,
        publish: (lane: string, number: bigint, stamp = STAMP) =>
          deadLetters.publish({ lane, number, letter: letter(lane, `${String(number)}-0`) }, stamp),
        publishElsewhere: (lane: string, number: bigint, stamp = STAMP) =>
          elsewhere.publish({ lane, number, letter: letter(lane, `${String(number)}-0`) }, stamp),
        read: ({ fields }: SeenEntry) => ({
          lane: fields['source_stream'] ?? '',
          number: BigInt(fields['source_entry_id']?.replace('-0', '') ?? ''),
        }),
      };
    };
    describeNumbering(openNumbered);
    describeStreamPublishing(openNumbered);

    it('publishes the seven fields of a dead letter', () =>
      using(open, async ({ deadLetters, entries }) => {
        await deadLetters.adoptEpoch(STAMP.epoch, null, null);
        await deadLetters.publish({ lane: 'start_jobs', number: 1n, letter: letter('runtime:start_jobs', '7-1') }, STAMP);
        expect((await entries()).map((entry) => entry.fields)).toEqual([
          {
            source_stream: 'runtime:start_jobs',
            source_entry_id: '7-1',
            error_code: 'invalid_job',
            error_message: 'missing game_id',
            raw: '[["YQ==","/w=="]]',
            attempts: '5',
            failed_at_ms: '1714329600123',
          },
        ]);
      }));
  });
}
