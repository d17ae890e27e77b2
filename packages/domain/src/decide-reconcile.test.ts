import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideReconcile,
  isDestructive,
  massChangeLimit,
  type ObservedState,
  RECONCILE_VERDICTS,
  type ReconcileVerdict,
} from './decide-reconcile.js';
import { canTransition, RUNTIME_STATUSES, type RuntimeStatus } from './runtime-status.js';

// Written by hand, apart from the code's table: rows are where the record is, columns how its container was seen.
const MATRIX = `
                        absent        ended             running                 paused
none                    leave         remove            adopt                   adopt
starting                mark_removed  remove            probe                   leave
running                 mark_removed  mark_unreachable  leave                   leave
generation_in_progress  mark_removed  mark_unreachable  mark_generation_failed  leave
generation_failed       mark_removed  mark_unreachable  leave                   leave
engine_unreachable      mark_removed  leave             probe                   leave
finished                mark_removed  mark_stopped      leave                   leave
stopped                 mark_removed  leave             stop_again              stop_again
removed                 leave         remove            remove                  remove
`;

const [columns = [], ...rows] = MATRIX.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));
const cells = rows.flatMap(([record = '', ...verdicts]) =>
  verdicts.map((verdict, at) => ({
    record: record as RuntimeStatus | 'none',
    state: (columns[at] ?? '') as ObservedState,
    verdict: verdict as ReconcileVerdict,
  })),
);
const recordIn = (status: RuntimeStatus | 'none') => (status === 'none' ? null : { status });

/** Where each verdict may move a record to. */
const MOVES: Readonly<Record<ReconcileVerdict, readonly RuntimeStatus[]>> = {
  leave: [],
  adopt: [],
  probe: ['running', 'engine_unreachable'],
  stop_again: [],
  remove: ['removed'],
  mark_removed: ['removed'],
  mark_stopped: ['stopped'],
  mark_unreachable: ['engine_unreachable'],
  mark_generation_failed: ['generation_failed'],
};

describe('decideReconcile', () => {
  it.each(cells)('record $record, container $state: $verdict', ({ record, state, verdict }) => {
    expect(decideReconcile(recordIn(record), state)).toBe(verdict);
  });

  it('has a cell for every status and every state, and no other verdict', () => {
    expect(rows.map(([record]) => record)).toEqual(['none', ...RUNTIME_STATUSES]);
    expect(columns).toEqual(['absent', 'ended', 'running', 'paused']);
    expect(cells).toHaveLength(36);
    expect(new Set(cells.map(({ verdict }) => verdict))).toEqual(new Set(RECONCILE_VERDICTS));
  });

  it('is total', () => {
    const sights = fc.constantFrom<ObservedState>('absent', 'ended', 'running', 'paused');
    fc.assert(
      fc.property(fc.constantFrom('none' as const, ...RUNTIME_STATUSES), sights, (status, state) =>
        RECONCILE_VERDICTS.includes(decideReconcile(recordIn(status), state)),
      ),
    );
  });

  it.each(cells.filter(({ record }) => record !== 'none'))(
    '$verdict of $record is a move the status machine allows',
    ({ record, verdict }) => {
      if (record === 'none') return;
      // A removal keeps the record of a game whose container had no business there.
      const moves = verdict === 'remove' && record !== 'starting' ? [] : MOVES[verdict];
      for (const to of moves) if (to !== record) expect(canTransition(record, to)).toBe(true);
    },
  );

  it('adopts only for a game that has no record', () => {
    expect(cells.filter(({ verdict }) => verdict === 'adopt').map(({ record }) => record)).toEqual(['none', 'none']);
  });
});

describe('isDestructive', () => {
  it('is what ends something: a container, or what the record knows of one', () => {
    expect(RECONCILE_VERDICTS.filter(isDestructive)).toEqual(['stop_again', 'remove', 'mark_removed']);
  });
});

describe('massChangeLimit', () => {
  it.each([
    [0, 5],
    [5, 5],
    [25, 5],
    [29, 5],
    [30, 6],
    [100, 20],
    [1000, 200],
  ])('of %i games: %i', (games, limit) => {
    expect(massChangeLimit(games)).toBe(limit);
  });
});
