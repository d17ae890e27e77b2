import { writeSync } from 'node:fs';
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

const RETRY_MS = 10;
const RETRIES = 50;

/**
 * Writes lines of JSON to an open file before it returns, for the last line of a process. A pipe that is full gets half a second:
 * a reader that is only slow makes room by then, and one that reads no more must not keep the process from ending.
 */
export function syncLineWriter(fd: number): LineWriter {
  return {
    write(line) {
      let left = Buffer.from(`${escaped(line.trimEnd())}\n`);
      for (let tries = 0; left.length > 0 && tries < RETRIES; tries += 1) {
        try {
          left = left.subarray(writeSync(fd, left));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
        }
      }
    },
  };
}

function escaped(line: string): string {
  return line.replace(CONTROL, (character) =>
    Array.from({ length: character.length }, (_, n) => `\\u${character.charCodeAt(n).toString(16).padStart(4, '0')}`).join(''),
  );
}
