import { describe, expect, it } from 'vitest';
import { cellsToRun } from './cells.js';
import { METHODS } from './failpoints.js';

/** See FAILPOINTS for why. */
const WITHOUT_SCENARIOS = [
  'stream.key',
  'results.forget',
  'results.trim',
  'deadLetters.forget',
  'deadLetters.trim',
  'outcomes.forget',
  'outcomes.trim',
];

describe('cellsToRun', () => {
  const all = cellsToRun('all', 1);

  it('has each cell once: every method with every of its scenarios, moments and kinds', () => {
    for (const { method, port, scenarios } of METHODS) {
      if (!WITHOUT_SCENARIOS.includes(method)) expect(scenarios, method).not.toEqual([]);
      const ofMethod = all.filter(({ injection }) => injection.method === method);
      expect(ofMethod).toHaveLength(scenarios.length * (port === 'engineClient' ? 4 : 6));
    }
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  });

  it('takes one cell per method when none is named, and the same ones for the same seed', () => {
    const methods = METHODS.filter(({ scenarios }) => scenarios.length > 0).map(({ method }) => method);
    expect(cellsToRun(undefined, 7).map(({ injection }) => injection.method)).toEqual(methods);
    expect(cellsToRun(undefined, 7)).toEqual(cellsToRun(undefined, 7));
    expect(cellsToRun(undefined, 7)).not.toEqual(cellsToRun(undefined, 8));
  });

  it('takes the cells that are named, and throws when no cell has that name', () => {
    const name = 'restart engine.create:before=freeze@1';
    expect(cellsToRun(name, 1).map((cell) => cell.name)).toEqual([name]);
    expect(cellsToRun(`release_claim,${name}`, 1).map(({ scenario }) => scenario)).toEqual([...Array(6).fill('release_claim'), 'restart']);
    expect(() => cellsToRun('engine.fly', 1)).toThrow('no cell is called engine.fly');
  });
});
