import type { Logger } from 'pino';
import type { Config } from '../config/schema.js';
import { type Service, startService } from '../service.js';
import { EXIT } from './exit-codes.js';
import { loadConfig } from './load-config.js';
import type { Compose } from './with-ports.js';

/** Runs the service until it is told to end by SIGTERM or SIGINT; a second signal ends it at once. */
export async function runService(needed: readonly (keyof Config)[], compose: Compose): Promise<void> {
  const { config, log } = loadConfig(needed);
  crashOnUnexpected(log);
  const starting = startService(config, compose(config, log, 'service'), log);
  // From now on: without a handler a signal ends the process at once or, when it is the first of its container, not at all.
  endOnSignal(starting, log);
  await starting;
}

function endOnSignal(starting: Promise<Service>, log: Logger): void {
  let ending = false;
  const end = (signal: NodeJS.Signals): void => {
    if (ending) process.exit(EXIT.failed);
    ending = true;
    log.info({ signal }, 'signal received');
    void starting.then((service) => service.stop()).then(() => process.exit(EXIT.done));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

// Crash-only: after an error nobody expected, the safe state is the one a restart recovers to.
function crashOnUnexpected(log: Logger): void {
  const crash = (error: unknown): void => {
    log.fatal({ err: error }, 'unexpected error');
    process.exit(EXIT.failed);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
}
