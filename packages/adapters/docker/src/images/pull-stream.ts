import type { Readable } from 'node:stream';
import { z } from 'zod';
import { LineTooLong, linesOf } from '../client/json-lines.js';

/** How the report of a pull ended. */
export type PullEnd =
  | { readonly kind: 'complete' }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'stalled' }
  | { readonly kind: 'cut'; readonly message: string };

const MAX_LINE_BYTES = 1024 * 1024;

const Report = z.looseObject({
  error: z.string().optional(),
  errorDetail: z.object({ message: z.string().optional() }).optional(),
});

class Stalled extends Error {}
class Malformed extends Error {}

/**
 * Reads the report of `POST /images/create`: one JSON object per line. The status 200 was sent before the pull, so only the report says
 * whether it failed; malformed lines and a cut report are failures, too. After `stallMs` without a line the outcome is `stalled`.
 * Always destroys the stream. Never throws.
 */
export async function readPullStream(stream: Readable, stallMs: number): Promise<PullEnd> {
  const timer = setTimeout(() => stream.destroy(new Stalled()), stallMs);
  try {
    for await (const line of linesOf(stream, MAX_LINE_BYTES)) {
      timer.refresh();
      const message = errorOf(line);
      if (message !== null) return { kind: 'error', message };
    }
    return { kind: 'complete' };
  } catch (error) {
    if (error instanceof Stalled) return { kind: 'stalled' };
    if (error instanceof LineTooLong) return { kind: 'error', message: 'a line of the report is too long' };
    if (error instanceof Malformed) return { kind: 'error', message: error.message };
    return { kind: 'cut', message: error instanceof Error ? error.message : 'cut' };
  } finally {
    clearTimeout(timer);
    stream.destroy();
  }
}

function errorOf(line: string): string | null {
  if (line.trim() === '') return null;
  const { error, errorDetail } = parsed(line);
  if (error === undefined && errorDetail === undefined) return null;
  return error ?? errorDetail?.message ?? 'no reason given';
}

function parsed(line: string): z.infer<typeof Report> {
  try {
    return Report.parse(JSON.parse(line));
  } catch {
    throw new Malformed('a line of the report is not understood');
  }
}
