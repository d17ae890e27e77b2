import { writeSync } from 'node:fs';
import type { MethodName } from './failpoints.js';
import { parseStrikes, type Strike, strikeName } from './strike.js';
import type { Striker } from './with-failpoints.js';

const STRUCK_WITHIN_MS = 200;

/**
 * Strikes this process as its environment says, and tells of it on its standard output, among the lines of the log.
 * `GALAXY_STRIKES` are names of strikes; with `GALAXY_STRIKES_ARMED=later` no call counts before a SIGUSR2.
 */
export function processStriker(environment: Readonly<Record<string, string | undefined>>): Striker {
  const seen = new Set<MethodName>();
  let armed = environment['GALAXY_STRIKES_ARMED'] !== 'later';
  process.on('SIGUSR2', () => {
    armed = true;
    tell({ msg: 'armed' });
  });
  return {
    strikes: parseStrikes(environment['GALAXY_STRIKES'] ?? ''),
    armed: () => armed,
    called: (method) => {
      if (!seen.has(method)) tell({ msg: 'called', method });
      seen.add(method);
    },
    struck: (strike) => {
      tell({ msg: 'struck', strike: strikeName(strike) });
      strikeProcess(strike);
    },
  };
}

function strikeProcess({ kind }: Strike): void {
  if (kind !== 'kill' && kind !== 'freeze') return;
  process.kill(process.pid, kind === 'kill' ? 'SIGKILL' : 'SIGSTOP');
  // Another thread may be the first that the signal reaches: nothing more happens here until it has reached all.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STRUCK_WITHIN_MS);
}

// Written at once: a process that is killed or frozen next writes nothing more.
function tell(line: object): void {
  writeSync(1, `${JSON.stringify({ level: 20, ...line })}\n`);
}
