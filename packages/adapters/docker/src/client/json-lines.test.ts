import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LineTooLong, linesOf } from './json-lines.js';

async function linesIn(chunks: readonly (Buffer | string)[], maxBytes = 1000): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(Readable.from(chunks), maxBytes)) lines.push(line);
  return lines;
}

it('gives the same lines whatever the chunks are', async () => {
  const text = fc.array(fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll('\n', ' ')));
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.nat(), { maxLength: 8 }), async (lines, cuts) => {
      const bytes = Buffer.from(lines.join('\n'));
      const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
      const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      expect((await linesIn(chunks)).join('\n')).toBe(lines.join('\n'));
    }),
  );
});

it('keeps no more of a line than it may', async () => {
  await expect(linesIn(['x'.repeat(600), 'x'.repeat(600)])).rejects.toThrow(LineTooLong);
  expect(await linesIn(['x'.repeat(600), '\n', 'x'.repeat(600)])).toEqual(['x'.repeat(600), 'x'.repeat(600)]);
});
