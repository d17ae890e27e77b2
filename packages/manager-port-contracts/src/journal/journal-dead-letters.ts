import type { DeadLetter } from '@galaxy/domain';
import type { Claim, OperationOutcome } from '@galaxy/manager-ports';
import { expect, it } from 'vitest';
import {
  anything,
  claimed,
  claimOne,
  deadLetter,
  failure,
  finishWell,
  gameId,
  pendingIn,
  queue,
  SHORT_MS,
  stopOf,
  takenOver,
} from '../database/database-samples.js';
import type { DatabaseUnderTest } from '../database/database-under-test.js';

const letterOf = (): DeadLetter => ({ ...deadLetter('stop_jobs').letter, errorCode: 'internal_error', attempts: 5 });
const givenUp = ({ gameId }: Claim, letter = letterOf()): OperationOutcome => ({ ...failure(gameId), deadLetter: letter });

/** What {@link OperationJournal} promises of dead letters that come with an end. */
export function deadLetterPromises(opened: () => DatabaseUnderTest): void {
  const lettersOf = async (lane: string) => (await pendingIn(opened(), { kind: 'dead_letter', lane })).map(({ message }) => message);

  it("adds the dead letter in the game's lane, whole, beside the result", async () => {
    const claim = await claimed(opened());
    const letter = letterOf();
    const outcome = await opened().journal.finish(claim, givenUp(claim, letter));
    expect(outcome).toMatchObject({
      kind: 'applied',
      publish: [
        { kind: 'job_result', message: { number: 1n } },
        { kind: 'dead_letter', message: { number: 1n, letter } },
      ],
    });
    expect(await lettersOf(claim.gameId)).toEqual([{ lane: claim.gameId, number: 1n, letter }]);
  });

  it('adds it once, however often the end is repeated', async () => {
    const claim = await claimed(opened());
    await Promise.all(Array.from({ length: 8 }, () => opened().journal.finish(claim, givenUp(claim))));
    const again = await opened().journal.finish(claim, givenUp(claim));
    expect(again).toMatchObject({ kind: 'already_mine', publish: [{ kind: 'job_result' }, { kind: 'dead_letter' }] });
    expect(await lettersOf(claim.gameId)).toHaveLength(1);
  });

  it('numbers those of one game from 1 without gaps, apart from its results', async () => {
    const game = gameId();
    for (let n = 0; n < 6; n++) {
      await queue(opened(), stopOf(game));
      const claim = await claimOne(opened());
      const outcome = n % 2 === 0 ? await finishWell(opened(), claim) : await opened().journal.finish(claim, givenUp(claim));
      expect('publish' in outcome ? outcome.publish[0] : null).toMatchObject({ message: { number: BigInt(n + 1) } });
    }
    expect((await lettersOf(game)).map(({ number }) => number)).toEqual([1n, 2n, 3n]);
  });

  it('adds none when the end is lost or stale', async () => {
    const previous = await claimed(opened(), { ttlMs: SHORT_MS });
    const present = await takenOver(opened());
    expect(await opened().journal.finish(previous, givenUp(previous))).toEqual({ kind: 'lost' });
    const patch = { kind: 'patch', expected: { status: 'starting', containerId: null }, set: { status: 'running' } } as const;
    expect(await opened().journal.finish(present, { ...givenUp(present), record: patch })).toEqual({ kind: 'stale' });
    expect(await opened().outbox.pending(10)).toEqual([]);
  });

  it('adds those of many operations that end at the same moment', async () => {
    const games = Array.from({ length: 30 }, () => gameId());
    await queue(opened(), ...games.map(stopOf));
    const claims = await opened().journal.claim(anything({ takeOver: false }));
    await Promise.all(
      claims.map((claim, n) => (n % 2 === 0 ? finishWell(opened(), claim) : opened().journal.finish(claim, givenUp(claim)))),
    );
    for (const [n, game] of games.entries()) expect(await lettersOf(game)).toHaveLength(n % 2);
  });
}
