import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ContainerLife, Span } from '../containers/container-life.js';
import { overlapsOf } from './overlaps.js';

const life = (id: string, gameId: string | null, existed: Span, runs: readonly Span[] = [], instance = 'i'): ContainerLife => {
  const common = { name: id, opId: null, attempt: null, image: 'x' };
  return { ...common, id, gameId, instance, existed, runs: runs.map((run) => ({ ...run, exitCode: null })) };
};

describe('two containers of one game', () => {
  it('overlap while both exist, and while both run', () => {
    const lives = [life('a', 'g', { from: 0, to: 10 }, [{ from: 1, to: 3 }]), life('b', 'g', { from: 4, to: null }, [{ from: 5, to: 6 }])];
    expect(overlapsOf(lives, 'existed')).toEqual([{ gameId: 'g', instance: 'i', what: 'existed', ids: ['a', 'b'], from: 4, to: 10 }]);
    expect(overlapsOf(lives, 'ran')).toEqual([]);
  });

  it('do not overlap when one follows the other, or when game or instance differ', () => {
    const span = { from: 0, to: 10 };
    expect(overlapsOf([life('a', 'g', span), life('b', 'g', { from: 10, to: null })], 'existed')).toEqual([]);
    expect(overlapsOf([life('a', 'g', span), life('b', 'h', span)], 'existed')).toEqual([]);
    expect(overlapsOf([life('a', 'g', span), life('b', 'g', span, [], 'another')], 'existed')).toEqual([]);
    expect(overlapsOf([life('a', null, span), life('b', null, span)], 'existed')).toEqual([]);
  });

  it('are the same as those that a comparison of all pairs finds', () => {
    const span = fc
      .tuple(fc.nat(20), fc.option(fc.nat(10)))
      .map(([from, length]) => ({ from, to: length === null ? null : from + length + 1 }));
    const lives = fc.array(span, { maxLength: 8 }).map((spans) => spans.map((existed, index) => life(`c${index}`, 'g', existed)));
    const common = (a: Span, b: Span) => Math.max(a.from, b.from) < Math.min(a.to ?? Infinity, b.to ?? Infinity);
    fc.assert(
      fc.property(lives, (all) => {
        const pairs = all.flatMap((a, at) =>
          all
            .slice(at + 1)
            .filter((b) => common(a.existed, b.existed))
            .map((b) => [a.id, b.id].sort().join()),
        );
        const found = overlapsOf(all, 'existed').map(({ ids }) => ids.toSorted().join());
        expect(found.sort()).toEqual(pairs.sort());
      }),
    );
  });
});
