const NEWLINE = 0x0a;

/** Thrown by {@link linesOf} for a line that is too long to keep. */
export class LineTooLong extends Error {}

/**
 * Yields the lines of a stream as they arrive; the text after the last newline is also a line. Splits bytes, not text, because a chunk
 * may end inside a character.
 * @throws LineTooLong when more than `maxBytes` came without a newline; otherwise what the stream fails with.
 */
export async function* linesOf(stream: AsyncIterable<unknown>, maxBytes: number): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))]);
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      yield rest.toString('utf8', 0, end);
      rest = rest.subarray(end + 1);
    }
    if (rest.length > maxBytes) throw new LineTooLong(`more than ${maxBytes} bytes without a newline`);
  }
  yield rest.toString('utf8');
}
