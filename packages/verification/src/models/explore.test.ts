import { describe, expect, it } from 'vitest';
import type { Model, Move } from './explore.js';
import { explore } from './explore.js';

/** A counter from 0 to `top`. The environment may set it back to 0. */
const counter = (top: number, change: Partial<Model<number>> = {}): Model<number> => ({
  initial: 0,
  moves: (n) => [...up(n, top), ...back(n)],
  key: String,
  broken: () => null,
  unsettled: () => null,
  show: (n) => `at ${n}`,
  ...change,
});

const up = (n: number, top: number): Move<number>[] => (n < top ? [{ label: `to ${n + 1}`, by: 'system', to: n + 1 }] : []);
const back = (n: number): Move<number>[] => (n > 0 ? [{ label: 'back to 0', by: 'environment', to: 0 }] : []);

describe('explore', () => {
  it('visits every state once and follows every move', () => {
    expect(explore(counter(3), 10)).toEqual({ states: 4, moves: 6, violation: null });
  });

  it('returns the shortest trace to a broken state', () => {
    const leap: Move<number> = { label: 'leap', by: 'environment', to: 3 };
    const model = counter(5, {
      moves: (n) => [...up(n, 5), ...(n === 1 ? [leap] : [])],
      broken: (n) => (n === 3 ? 'three is wrong' : null),
    });
    expect(explore(model, 10).violation).toBe('three is wrong\n  1. to 1\n  2. leap\n     then: at 3');
  });

  it('asks whether a state is settled only if nothing but the environment can move', () => {
    const asked: number[] = [];
    const unsettled = (n: number) => {
      asked.push(n);
      return n < 3 ? 'too early' : null;
    };
    expect(explore(counter(3, { unsettled }), 10).violation).toBeNull();
    expect(asked).toEqual([3]);
  });

  it('reports a state at rest that is not settled', () => {
    expect(explore(counter(1, { unsettled: () => 'not done' }), 10).violation).toBe('not done\n  1. to 1\n     then: at 1');
  });

  it('reports a circle that only the environment leads out of', () => {
    const moves = (n: number): Move<number>[] =>
      n === 0
        ? [{ label: 'enter', by: 'environment', to: 1 }]
        : n === 3
          ? []
          : [
              { label: 'turn', by: 'system', to: n === 1 ? 2 : 1 },
              { label: 'leave', by: 'environment', to: 3 },
            ];
    expect(explore(counter(0, { moves }), 10).violation).toMatch(/^nothing the system can do .* rest\n {2}1\. enter\n {5}then: at 1$/);
  });

  it('counts states with the same key as one', () => {
    expect(explore(counter(9, { key: (n) => String(n % 2) }), 10).states).toBe(2);
  });

  it('throws when there are more states than allowed', () => {
    expect(() => explore(counter(10), 10)).toThrow('more than 10 states');
    expect(explore(counter(9), 10).states).toBe(10);
  });
});
