import { writeSync } from 'node:fs';
import type { MethodName } from './failpoints.js';
import { type Injection, injectionName, parseInjections } from './injection.js';
import type { Injector } from './with-failpoints.js';

const SIGNAL_WITHIN_MS = 200;

/**
 * Strikes this process as its environment says, and tells of it on its standard output, among the lines of the log.
 * `GALAXY_FAILPOINTS` are names of strikes; with `GALAXY_FAILPOINTS_ARMED=later` no call counts before a SIGUSR2.
 */
export function processInjector(environment: Readonly<Record<string, string | undefined>>): Injector {
  const seen = new Set<MethodName>();
  let armed = environment['GALAXY_FAILPOINTS_ARMED'] !== 'later';
  process.on('SIGUSR2', () => {
    armed = true;
    tell({ msg: 'armed' });
  });
  return {
    injections: parseInjections(environment['GALAXY_FAILPOINTS'] ?? ''),
    armed: () => armed,
    called: (method) => {
      if (!seen.has(method)) tell({ msg: 'called', method });
      seen.add(method);
    },
    inject: (injection) => {
      tell({ msg: 'injected', injection: injectionName(injection) });
      injectIntoProcess(injection);
    },
  };
}

function injectIntoProcess({ kind }: Injection): void {
  if (kind !== 'kill' && kind !== 'freeze') return;
  process.kill(process.pid, kind === 'kill' ? 'SIGKILL' : 'SIGSTOP');
  // Another thread may be the first that the signal reaches: nothing more happens here until it has reached all.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SIGNAL_WITHIN_MS);
}

// Written at once: a process that is killed or frozen next writes nothing more.
function tell(line: object): void {
  writeSync(1, `${JSON.stringify({ level: 20, ...line })}\n`);
}
