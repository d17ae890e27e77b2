import type { Logger } from 'pino';
import { type Service, startService } from '../compose/service.js';
import type { Config } from '../config/schema.js';
import { EXIT } from './exit-codes.js';
import { loadConfig } from './load-config.js';
import type { Compose } from './with-ports.js';

/** Runs the service until SIGTERM or SIGINT. A second signal ends the process at once, with code 1. */
export async function runService(needed: readonly (keyof Config)[], compose: Compose): Promise<void> {
  const { config, log } = loadConfig(needed);
  crashOnUnexpected(log);
  const starting = startService(config, compose(config, log, 'service'), log);
  // Before the start is complete: without a handler a signal would end the process at once, or, as process 1 of a container, not at all.
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

// After an unexpected error the process ends: a restart always recovers to a safe state, going on may not.
function crashOnUnexpected(log: Logger): void {
  const crash = (error: unknown): void => {
    log.fatal({ err: error }, 'unexpected error');
    process.exit(EXIT.failed);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
}
