import { expect, it } from 'vitest';
import { columnWidths, tableLine } from './text-table.js';

it('lines cells up under each other, without spaces at the end', () => {
  const rows = [
    ['game', 'outcome'],
    ['alpha-1', 'ok'],
  ];
  const widths = columnWidths(rows);
  expect(widths).toEqual([7, 7]);
  expect(rows.map((row) => tableLine(row, widths))).toEqual(['game     outcome', 'alpha-1  ok']);
});

it('takes another separator, and widths that were fixed before the rows were known', () => {
  expect(tableLine(['start', 'alpha', ''], [6, 8, 4], ' │ ')).toBe('start  │ alpha    │');
  expect(tableLine(['longer than that', 'x'], [3, 1])).toBe('longer than that  x');
});

it('makes no columns of no rows', () => {
  expect(columnWidths([])).toEqual([]);
});
