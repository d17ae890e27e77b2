import { PassThrough, Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPullStream } from './pull-stream.js';

const lines = (...reports: object[]) => reports.map((report) => `${JSON.stringify(report)}\n`).join('');
const read = (text: string) => readPullStream(Readable.from([Buffer.from(text)]), 1000);

describe('readPullStream', () => {
  it('is complete after well-formed lines and a proper end', async () => {
    expect(await read(lines({ status: 'Pulling' }, { status: 'Done' }))).toEqual({ kind: 'complete' });
    expect(await read(`\r\n${JSON.stringify({ status: 'no newline' })}`)).toEqual({ kind: 'complete' });
    expect(await read('')).toEqual({ kind: 'complete' });
  });

  it('finds an error in the report', async () => {
    const failed = lines({ status: 'Pulling' }, { errorDetail: { message: 'disk' }, error: 'disk full' }, { status: 'x' });
    expect(await read(failed)).toEqual({ kind: 'error', message: 'disk full' });
    expect(await read(lines({ errorDetail: { message: 'disk' } }))).toEqual({ kind: 'error', message: 'disk' });
  });

  it.each(['garbage\n', '{"status":"cut', '[]\n', '"text"\n', '{"error":7}\n'])('does not understand %j', async (text) => {
    expect(await read(text)).toEqual({ kind: 'error', message: 'a line of the report is not understood' });
  });

  it('does not keep a line that never ends', async () => {
    expect(await read('x'.repeat(1024 * 1024 + 1))).toEqual({ kind: 'error', message: 'a line of the report is too long' });
  });

  it('is stalled without a line for a while, and destroys the stream', async () => {
    const stream = new PassThrough();
    stream.write(lines({ status: 'Pulling' }));
    expect(await readPullStream(stream, 30)).toEqual({ kind: 'stalled' });
    expect(stream.destroyed).toBe(true);
  });

  it('is cut when the stream ends without a proper end', async () => {
    const stream = new PassThrough();
    stream.write(lines({ status: 'Pulling' }));
    const end = readPullStream(stream, 1000);
    stream.destroy();
    expect(await end).toMatchObject({ kind: 'cut' });
  });

  it('finds the same whatever the chunks are', async () => {
    const bytes = Buffer.from(lines({ status: 'Ünïcödé ✓' }, { status: 'b' }, { error: 'zerstört ✗' }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: bytes.length })), async (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        expect(await readPullStream(Readable.from(chunks), 1000)).toEqual({ kind: 'error', message: 'zerstört ✗' });
      }),
      { numRuns: 50 },
    );
  });
});
