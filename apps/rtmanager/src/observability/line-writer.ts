import type { Writable } from 'node:stream';

/** Writes whole lines, each with its line end. */
export interface LineWriter {
  write(line: string): void;
}

const MAX_WAITING_BYTES = 1024 * 1024;
// Invisible characters, and characters that control a terminal or the direction of text. In JSON they are only inside strings.
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Writes lines of JSON to a stream that may be slow, stuck or closed. It never waits and never fails: while more than 1 MiB waits for the
 * reader, lines are dropped, and their number is logged when there is room again. Meant for standard output: as long as the reader takes
 * the data, Node.js writes at once, so the last line before an exit is not lost; what a pipe does not take, it buffers
 * (https://nodejs.org/api/process.html#a-note-on-process-io).
 */
export function lineWriter(out: Writable): LineWriter {
  let dropped = 0;
  // The reader is gone, or the disk is full: the service goes on without a log.
  out.on('error', () => undefined);
  return {
    write(line) {
      if (out.writableLength > MAX_WAITING_BYTES) {
        dropped += 1;
        return;
      }
      if (dropped > 0)
        out.write(`{"level":40,"dropped":${String(dropped)},"msg":"log lines were dropped because the reader was too slow"}\n`);
      dropped = 0;
      out.write(`${escaped(line.trimEnd())}\n`);
    },
  };
}

function escaped(line: string): string {
  return line.replace(CONTROL, (character) =>
    Array.from({ length: character.length }, (_, n) => `\\u${character.charCodeAt(n).toString(16).padStart(4, '0')}`).join(''),
  );
}
