import { describe, expect, it } from 'vitest';
import { type ActLimits, decideActs } from './decide-acts.js';
import { makeDriftHistory, type SeenDrift } from './drift-history.js';
import type { Drift } from './find-drift.js';

const drift = (gameId: string, verdict: Drift['verdict'] = 'remove', orphans: readonly string[] = []): Drift => ({
  gameId,
  status: 'removed',
  verdict,
  containerId: `c-${gameId}`,
  orphans,
  reason: 'r',
});
const LIMITS: ActLimits = { nowMs: 10_000, graceMs: 1000, maxActs: 2, held: 'nothing' };
const LONG_AGO: SeenDrift = { looks: 2, sinceMs: 0, acts: 0 };

const decide = (drifts: readonly Drift[], inspection: SeenDrift, limits: Partial<ActLimits> = {}) =>
  decideActs(drifts, () => inspection, { ...LIMITS, ...limits }).map(({ decision }) => decision);

describe('decideActs', () => {
  it('what ends nothing is acted on at once, without limit', () => {
    const harmless = ['a', 'b', 'c'].map((gameId) => drift(gameId, 'adopt'));
    expect(decide(harmless, { looks: 1, sinceMs: 10_000, acts: 0 }, { maxActs: 0, held: 'ends' })).toEqual(['queued', 'queued', 'queued']);
  });

  it.each<[SeenDrift, string]>([
    [{ looks: 1, sinceMs: 0, acts: 0 }, 'seen_once'],
    [{ looks: 2, sinceMs: 9001, acts: 0 }, 'too_young'],
    [{ looks: 2, sinceMs: 9000, acts: 0 }, 'queued'],
    [{ looks: 2, sinceMs: 8001, acts: 1 }, 'too_young'],
    [{ looks: 2, sinceMs: 8000, acts: 1 }, 'queued'],
    [{ looks: 9, sinceMs: 0, acts: 99 }, 'too_young'],
  ])('what ends something, seen %o: %s', (inspection, decision) => {
    expect(decide([drift('a')], inspection)).toEqual([decision]);
    expect(decide([drift('a', 'adopt', ['c9'])], inspection)).toEqual([decision]);
  });

  it('acts are repeated after ever longer, but not for ever longer', () => {
    const inspection: SeenDrift = { looks: 2, sinceMs: 0, acts: 99 };
    expect(decide([drift('a')], inspection, { nowMs: 63_999 })).toEqual(['too_young']);
    expect(decide([drift('a')], inspection, { nowMs: 64_000 })).toEqual(['queued']);
  });

  it('no more end something in one pass than the budget, and those go first that have waited longest', () => {
    const since: Readonly<Record<string, number>> = { a: 300, b: 100, c: 200, d: 0 };
    const drifts = [drift('a'), drift('b'), drift('c'), drift('d', 'adopt')];
    const decided = decideActs(drifts, ({ gameId }) => ({ ...LONG_AGO, sinceMs: since[gameId] ?? 0 }), LIMITS);
    expect(decided.map(({ gameId, decision }) => [gameId, decision])).toEqual([
      ['d', 'queued'],
      ['b', 'queued'],
      ['c', 'queued'],
      ['a', 'over_budget'],
    ]);
  });

  it('a hold keeps back what ends something, or everything', () => {
    const drifts = [drift('a'), drift('b', 'adopt')];
    expect(decide(drifts, LONG_AGO, { held: 'ends' })).toEqual(['held', 'queued']);
    expect(decide(drifts, LONG_AGO, { held: 'all' })).toEqual(['held', 'held']);
  });
});

describe('driftHistory', () => {
  const NONE = new Set<string>();
  const seen = (drifts: readonly (readonly [Drift, number])[]) => {
    const driftHistory = makeDriftHistory();
    for (const [one, nowMs] of drifts) driftHistory.see([one], NONE, nowMs);
    return driftHistory;
  };

  it('count the looks that saw the same, from the first', () => {
    const driftHistory = seen([
      [drift('a'), 100],
      [drift('a'), 200],
    ]);
    expect(driftHistory.of(drift('a'))).toMatchObject({ looks: 2, sinceMs: 100 });
    expect(driftHistory.of(drift('b'))).toMatchObject({ looks: 0 });
  });

  it.each([
    ['another verdict', drift('a', 'mark_removed')],
    ['another container', { ...drift('a'), containerId: 'c2' }],
    ['another orphan', drift('a', 'remove', ['c3'])],
    ['another game', drift('b')],
  ])('begin anew with %s', (_, other) => {
    const driftHistory = seen([
      [drift('a'), 100],
      [other, 200],
      [drift('a'), 300],
    ]);
    expect(driftHistory.of(drift('a'))).toMatchObject({ looks: 1, sinceMs: 300 });
  });

  it('begin anew after a look that did not see it', () => {
    const driftHistory = seen([[drift('a'), 100]]);
    driftHistory.see([], NONE, 200);
    driftHistory.see([drift('a')], NONE, 300);
    expect(driftHistory.of(drift('a'))).toEqual({ looks: 1, sinceMs: 300, acts: 0, gameId: 'a' });
  });

  it('begin anew after an act, which is remembered while it is under way', () => {
    const driftHistory = seen([[drift('a'), 100]]);
    driftHistory.acted(drift('a'), 150);
    driftHistory.see([], new Set(['a']), 200);
    driftHistory.see([drift('a')], NONE, 300);
    expect(driftHistory.of(drift('a'))).toMatchObject({ looks: 1, sinceMs: 300, acts: 1 });
    driftHistory.see([], NONE, 400);
    driftHistory.see([drift('a')], NONE, 500);
    expect(driftHistory.of(drift('a'))).toMatchObject({ acts: 0 });
  });

  it('do not count across an operation of the game', () => {
    const driftHistory = seen([[drift('a'), 100]]);
    driftHistory.see([], new Set(['a']), 200);
    driftHistory.see([drift('a')], NONE, 300);
    expect(driftHistory.of(drift('a'))).toMatchObject({ looks: 1, sinceMs: 300, acts: 0 });
  });

  it('are all forgotten when told to', () => {
    const driftHistory = seen([[drift('a'), 100]]);
    driftHistory.clear();
    expect(driftHistory.of(drift('a'))).toMatchObject({ looks: 0 });
  });
});
