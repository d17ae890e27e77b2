import { canTransition, InvalidTransitionError, RUNTIME_STATUSES, type RuntimeRecord, type RuntimeStatus } from '@galaxy/domain';
import {
  InvalidInputError,
  RuntimeConflictError,
  RuntimeNotFoundError,
  type RuntimeRecordStore,
  type UpdateStatusInput,
} from '@galaxy/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LATER, record } from './record-sample.js';

/** A store that is empty when opened. */
export interface RuntimeRecordStoreUnderTest {
  readonly records: RuntimeRecordStore;
  /** Releases what the adapter and the test hold. */
  close(): Promise<void>;
}

let last = 0;
// A game id that no other test uses.
const gameId = (prefix = 'game') => `${prefix}-${++last}`;

const move = (gameId: string, from: RuntimeStatus, to: RuntimeStatus, changes: Partial<UpdateStatusInput> = {}): UpdateStatusInput => ({
  gameId,
  expectedFrom: from,
  expectedContainerId: '',
  to,
  now: LATER,
  ...changes,
});

const PAIRS = RUNTIME_STATUSES.flatMap((from) => RUNTIME_STATUSES.map((to) => [from, to] as const));

/** The promises of {@link RuntimeRecordStore}, for an adapter to pass. `open` gives an empty database each time. */
export function runtimeRecordStoreContract(name: string, open: () => Promise<RuntimeRecordStoreUnderTest>): void {
  describe(`RuntimeRecordStore: ${name}`, () => {
    let database: RuntimeRecordStoreUnderTest;
    let records: RuntimeRecordStore;
    beforeEach(async () => {
      database = await open();
      records = database.records;
    });
    afterEach(() => database.close());

    it('throws RuntimeNotFoundError when no record exists', async () => {
      await expect(records.get(gameId())).rejects.toThrow(RuntimeNotFoundError);
    });

    it('installs a record verbatim', async () => {
      const full = record(gameId());
      const empty = record(gameId(), 'starting', {
        currentContainerId: null,
        startedAt: null,
        stoppedAt: null,
        removedAt: null,
        paused: true,
        imageId: null,
        imageDigest: null,
        engineVersion: null,
        currentTurn: null,
        nextTurnAt: null,
        health: 'unknown',
        lastError: 'conflict: "x" – ',
      });
      await records.upsert(full);
      await records.upsert(empty);
      expect(await records.get(full.gameId)).toEqual(full);
      expect(await records.get(empty.gameId)).toEqual(empty);
    });

    it('overwrites every column verbatim, whatever was there; repeating is safe', async () => {
      const id = gameId();
      await records.upsert(record(id, 'running'));
      const other = record(id, 'removed', {
        currentContainerId: null,
        currentImageRef: 'galaxy/engine:2.0.0',
        engineEndpoint: 'http://elsewhere:1',
        paused: true,
        createdAt: LATER,
        startedAt: null,
        stoppedAt: LATER,
        removedAt: null,
        lastOpAt: LATER,
        version: 1,
        imageId: null,
        imageDigest: null,
        engineVersion: null,
        currentTurn: null,
        nextTurnAt: null,
        health: 'unhealthy',
        lastError: 'image_pull_failed: not found',
      });
      await records.upsert(other);
      await records.upsert(other);
      expect(await records.get(id)).toEqual({ ...other, version: 3 });
    });

    it('refuses a record that is not valid: nothing was written', async () => {
      const id = gameId();
      const refusal = (changes: Partial<RuntimeRecord>) => expect(records.upsert(record(id, 'running', changes))).rejects;
      await refusal({ gameId: '\u0085' }).toThrow(InvalidInputError);
      await refusal({ status: 'unknown' as RuntimeStatus }).toThrow(/status "unknown" is unsupported/);
      await refusal({ status: 'removed', currentContainerId: 'container-1' }).toThrow(InvalidInputError);
      await refusal({ lastOpAt: new Date(Number.NaN) }).toThrow(/lastOpAt must be a valid time/);
      await refusal({ lastError: 'one\ntwo' }).toThrow(/last error must be one line/);
      await refusal({ engineVersion: '1.0\u0000' }).toThrow(/engineVersion is not well-formed/);
      expect(await records.list()).toEqual([]);
    });

    it('counts the versions of a record itself, from 1', async () => {
      const id = gameId();
      await records.upsert(record(id, 'running', { version: 40 }));
      expect(await records.get(id)).toEqual(record(id, 'running', { version: 1 }));
      await records.upsert(record(id, 'running', { version: 1 }));
      await records.updateStatus(move(id, 'running', 'finished'));
      expect(await records.get(id)).toMatchObject({ status: 'finished', version: 3 });
    });

    it('keeps what it was given and gives what it keeps: neither is shared with the caller', async () => {
      const id = gameId();
      const lent = record(id);
      await records.upsert(lent);
      lent.createdAt.setTime(0);
      const given = await records.get(id);
      given.lastOpAt.setTime(0);
      expect(await records.get(id)).toEqual(record(id));
    });

    describe('updateStatus', () => {
      it.each(PAIRS.filter(([from, to]) => canTransition(from, to)))('moves a record from %s to %s', async (from, to) => {
        const before = record(gameId(), from);
        await records.upsert(before);
        await records.updateStatus(move(before.gameId, from, to));
        expect(await records.get(before.gameId)).toEqual({
          ...before,
          status: to,
          lastOpAt: LATER,
          version: 2,
          ...(to === 'stopped' ? { stoppedAt: LATER, health: 'unknown' } : {}),
          ...(to === 'removed' ? { removedAt: LATER, currentContainerId: null, health: 'unknown' } : {}),
        });
      });

      it('refuses every other move without touching the store', async () => {
        for (const [from, to] of PAIRS.filter(([from, to]) => !canTransition(from, to))) {
          // There is no such record, which would be found out only by asking the store.
          await expect(records.updateStatus(move(gameId(), from, to))).rejects.toThrow(InvalidTransitionError);
        }
      });

      it('validates in order: game id, expected status, new status, the move, the time; the first offence wins', async () => {
        const wrong = move(' \t', 'unknown' as RuntimeStatus, 'nowhere' as RuntimeStatus, { now: new Date(Number.NaN) });
        const refusal = (input: UpdateStatusInput) => expect(records.updateStatus(input)).rejects;
        await refusal(wrong).toThrow(/game id must not be empty/);
        await refusal({ ...wrong, gameId: '' }).toThrow(InvalidInputError);
        await refusal({ ...wrong, gameId: 'g' }).toThrow(/expected from status "unknown" is unsupported/);
        await refusal({ ...wrong, gameId: 'g', expectedFrom: 'removed' }).toThrow(/to status "nowhere" is unsupported/);
        await refusal({ ...wrong, gameId: 'g', expectedFrom: 'removed', to: 'running' }).toThrow(InvalidTransitionError);
        await refusal({ ...wrong, gameId: 'g', expectedFrom: 'removed', to: 'starting' }).toThrow(/now must be a valid time/);
      });

      it('throws RuntimeNotFoundError when no record exists', async () => {
        await expect(records.updateStatus(move(gameId(), 'running', 'stopped'))).rejects.toThrow(RuntimeNotFoundError);
      });

      it('throws RuntimeConflictError when the stored status differs: nothing was changed', async () => {
        const stored = record(gameId(), 'finished');
        await records.upsert(stored);
        await expect(records.updateStatus(move(stored.gameId, 'running', 'stopped'))).rejects.toThrow(RuntimeConflictError);
        expect(await records.get(stored.gameId)).toEqual(stored);
      });

      it('throws RuntimeConflictError when the stored container id differs or is missing: nothing was changed', async () => {
        const other = record(gameId(), 'running');
        const none = record(gameId(), 'starting', { currentContainerId: null });
        await records.upsert(other);
        await records.upsert(none);
        const expected = { expectedContainerId: 'container-2' };
        await expect(records.updateStatus(move(other.gameId, 'running', 'stopped', expected))).rejects.toThrow(RuntimeConflictError);
        await expect(records.updateStatus(move(none.gameId, 'starting', 'removed', expected))).rejects.toThrow(RuntimeConflictError);
        expect(await records.get(other.gameId)).toEqual(other);
        expect(await records.get(none.gameId)).toEqual(none);
      });

      it('takes a container id that is equal', async () => {
        const stored = record(gameId(), 'running');
        await records.upsert(stored);
        await records.updateStatus(move(stored.gameId, 'running', 'stopped', { expectedContainerId: 'container-1' }));
        expect(await records.get(stored.gameId)).toMatchObject({ status: 'stopped', currentContainerId: 'container-1' });
      });

      it('lets exactly one of concurrent calls with the same expectation succeed', async () => {
        const id = gameId();
        await records.upsert(record(id, 'running'));
        const moves = Array.from({ length: 20 }, (_, n) => records.updateStatus(move(id, 'running', n % 2 === 0 ? 'stopped' : 'finished')));
        const outcomes = await Promise.allSettled(moves);
        const failed = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason as unknown);
        expect(failed).toHaveLength(19);
        expect(failed.every((reason) => reason instanceof RuntimeConflictError)).toBe(true);
      });
    });

    describe('lists', () => {
      it('gives every record, whatever its status, and those with one status', async () => {
        const all = RUNTIME_STATUSES.map((status) => record(gameId(), status));
        for (const one of all) await records.upsert(one);
        expect(await records.list()).toEqual(expect.arrayContaining(all));
        expect(await records.list()).toHaveLength(all.length);
        for (const one of all) expect(await records.listByStatus(one.status)).toEqual([one]);
      });

      it('gives nothing while there is nothing', async () => {
        expect(await records.list()).toEqual([]);
        expect(await records.listByStatus('running')).toEqual([]);
        expect(await records.listPage({ limit: 10 })).toEqual({ records: [], next: null });
      });

      it.each([0, -1, 1001, 1.5, Number.NaN])('refuses pages of %s records', async (limit) => {
        await expect(records.listPage({ limit })).rejects.toThrow(InvalidInputError);
      });

      it('pages in bytewise order of game id, and says when a page is the last', async () => {
        const ids = ['a', 'a-b', 'a0', 'aa', 'b', 'b-1', 'ba', '0', '9z'];
        for (const id of ids) await records.upsert(record(id));
        const first = await records.listPage({ limit: 6 });
        expect(first.records.map(({ gameId }) => gameId)).toEqual(['0', '9z', 'a', 'a-b', 'a0', 'aa']);
        expect(first.next).toBe('aa');
        const second = await records.listPage({ limit: 3, after: 'aa' });
        expect(second.records.map(({ gameId }) => gameId)).toEqual(['b', 'b-1', 'ba']);
        expect(second.next).toBeNull();
      });

      it('pages over one status', async () => {
        for (let n = 0; n < 10; n++) await records.upsert(record(`g${n}`, n % 2 === 0 ? 'running' : 'stopped'));
        const first = await records.listPage({ status: 'stopped', limit: 3 });
        expect(first.records.map(({ gameId }) => gameId)).toEqual(['g1', 'g3', 'g5']);
        const second = await records.listPage({ status: 'stopped', limit: 3, after: first.next ?? '' });
        expect(second).toMatchObject({ records: [{ gameId: 'g7' }, { gameId: 'g9' }], next: null });
      });

      it('returns records that exist throughout a walk exactly once, whatever is inserted or moved meanwhile', async () => {
        const ids = Array.from({ length: 40 }, (_, n) => `g${String(n).padStart(3, '0')}`);
        for (const id of ids) await records.upsert(record(id, 'running'));
        const seen: string[] = [];
        for (let next: string | null = '', step = 0; next !== null; step++) {
          const page = await records.listPage({ after: next, limit: 7 });
          seen.push(...page.records.map(({ gameId }) => gameId));
          next = page.next;
          await records.upsert(record(`g${String(step * 5).padStart(3, '0')}-new`));
          await records.updateStatus(move(ids[step] ?? '', 'running', 'stopped'));
          await records.updateStatus(move(ids[39 - step] ?? '', 'running', 'finished'));
        }
        expect(seen.filter((id) => !id.endsWith('-new'))).toEqual(ids);
        expect(new Set(seen).size).toBe(seen.length);
      });
    });
  });
}
