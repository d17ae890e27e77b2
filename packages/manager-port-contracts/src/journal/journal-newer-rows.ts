import type { UnreadableOperation } from '@galaxy/manager-ports';
import { describe, expect, it } from 'vitest';
import { anything, claimOne, finishWell, gameId, KNOWN, queue, startOf, stopOf } from '../database/database-samples.js';
import type { DatabaseUnderTest, PlantedRow } from '../database/database-under-test.js';

const NEWER: [string, Omit<PlantedRow, 'gameId'>][] = [
  ['an operation that is not known', { op: 'restart' }],
  ['a newer form of the job', { op: 'stop', payloadVersion: 2 }],
  ['a step that is not known', { op: 'start', step: { name: 'rolling_back', version: 1 } }],
  ['a newer form of the steps', { op: 'start', step: { name: 'created', version: 2 } }],
];

/** What {@link OperationJournal} promises of rows that a newer build has written. */
export function newerRowPromises(opened: () => DatabaseUnderTest): void {
  describe.each(NEWER)('%s', (_, row) => {
    it('is not claimed: the row stays as it is, and later operations of its game wait', async () => {
      const game = gameId();
      const opId = await opened().plant({ ...row, gameId: game });
      const before = await opened().log.get(opId);
      const other = stopOf(gameId());
      await queue(opened(), startOf(game), stopOf(game), other);
      expect(await claimOne(opened())).toMatchObject({ opId: other.opId });
      for (let round = 0; round < 7; round++) expect(await opened().journal.claim(anything())).toEqual([]);
      expect(await opened().log.get(opId)).toEqual(before);
    });

    it('is claimed by a build that knows it', async () => {
      const opId = await opened().plant({ ...row, gameId: gameId(), isReadable: false });
      const { op, step } = row;
      const known = [{ op, payloadVersion: 2, stepVersion: 2, steps: [step?.name ?? 'asked'] }];
      const found: UnreadableOperation[] = [];
      await opened().journal.claim(anything({ known }), (one) => found.push(one));
      expect(found).toMatchObject([{ opId }]);
    });
  });

  it('gives no operation that the caller does not know', async () => {
    const [start, stop] = [startOf(gameId()), stopOf(gameId())];
    await queue(opened(), start, stop);
    const known = KNOWN.filter(({ op }) => op === 'stop');
    expect(await claimOne(opened(), { known })).toMatchObject({ opId: stop.opId });
    expect(await opened().journal.claim(anything({ known: [] }))).toEqual([]);
    expect(await claimOne(opened())).toMatchObject({ opId: start.opId });
  });

  it('releases an operation that cannot be read alone and uncounted, and names it', async () => {
    const game = gameId();
    const opId = await opened().plant({ gameId: game, op: 'stop', isReadable: false });
    const [later, other] = [stopOf(game), stopOf(gameId())];
    await queue(opened(), later, other);
    const found: UnreadableOperation[] = [];
    const claims = await opened().journal.claim(anything(), (one) => found.push(one));
    expect(claims.map((claim) => claim.opId)).toEqual([other.opId]);
    expect(found).toEqual([{ opId, gameId: game, op: 'stop', reason: expect.stringMatching(/./) }]);
    expect(await opened().log.get(opId)).toMatchObject({ status: 'running', attempt: 1, failures: 0, errorCode: '' });
    // Nobody tries again before its delay is over, and the later operation of the game waits.
    for (const claim of claims) await finishWell(opened(), claim);
    expect(await opened().journal.claim(anything(), (one) => found.push(one))).toEqual([]);
    expect(found).toHaveLength(1);
  });
}
