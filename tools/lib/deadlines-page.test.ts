import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './workspace.js';

const UNITS: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1000, min: 60_000, m: 60_000, h: 3_600_000 };
const page = readFileSync(join(ROOT, 'docs/deadlines.md'), 'utf8');
const [underWay = '', constants = ''] = page.split('## The constants');

/** The rows of the table of constants: name, what the page says, file. */
const rows = [...constants.matchAll(/^\| `(\w+)` \| (\d+) ?(ms|s|min|) \| \[.*\]\(\.\.\/(.*)\) \|$/gm)].map(
  ([, name = '', figure = '', unit = '', file = '']) => [name, Number(figure) * (UNITS[unit] ?? Number.NaN), file] as const,
);

/** What a source says: a constant or property with a figure, or a variable of the configuration with a default. */
function valueIn(file: string, name: string): number {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const [, figure] = new RegExp(`\\b${name}\\b(?:: \\w+)?\\s*[:=]\\s*([\\d_]+)`).exec(source) ?? [];
  if (figure !== undefined) return Number(figure.replaceAll('_', ''));
  const [, length, unit = ''] =
    new RegExp(`\\b${name}: duration\\s*(?:\\.refine\\(.*\\)\\s*)?\\.prefault\\('(\\d+)(\\w+)'\\)`).exec(source) ?? [];
  return Number(length) * (UNITS[unit] ?? Number.NaN);
}

describe('docs/deadlines.md', () => {
  it.each(rows)('%s is %i in its source, too', (name, value, file) => {
    expect(valueIn(file, name)).toBe(value);
  });

  it('has every line of its table understood', () => {
    expect(rows).toHaveLength(constants.split('\n').filter((line) => line.startsWith('| `')).length);
  });

  it('explains every name that it uses', () => {
    const used = [...underWay.matchAll(/`([A-Z][A-Z_]+_MS|RTMANAGER_\w+|MAX_\w+|\w+Ms)`/g)].map(([, name]) => name);
    expect(used.length).toBeGreaterThan(10);
    expect(used.filter((name) => !rows.some(([explained]) => explained === name))).toEqual([]);
  });
});
