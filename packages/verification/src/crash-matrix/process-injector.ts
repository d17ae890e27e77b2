import { writeSync } from 'node:fs';
import type { MethodName } from './failpoints.js';
import { type Injection, injectionName, parseInjections } from './injection.js';
import type { Injector } from './with-failpoints.js';

const SIGNAL_WITHIN_MS = 200;

/**
 * Makes the injections that the environment of this process names, and reports them on standard output, between the lines of
 * the log. `GALAXY_FAILPOINTS` holds names of injections. With `GALAXY_FAILPOINTS_ARMED=later` calls count only after a SIGUSR2.
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
  // The signal may reach another thread first. This thread waits, so that it does nothing more before the signal reaches it, too.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SIGNAL_WITHIN_MS);
}

// Written synchronously: the process may be killed or frozen next, and would write nothing more.
function tell(line: object): void {
  writeSync(1, `${JSON.stringify({ level: 20, ...line })}\n`);
}
