import { DependencyFault } from '@galaxy/ports';
import type { Logger } from 'pino';
import { type Purpose, SERVE_NEEDS } from '../compose/compose.js';
import type { Opening } from '../compose/part.js';
import type { Assembly, ServicePorts } from '../compose/service.js';
import { systemClock } from '../compose/system.js';
import type { Config } from '../config/schema.js';
import { EXIT } from './exit-codes.js';
import { loadConfig } from './load-config.js';

/** Makes the assembly for the service or a command. */
export type Compose = (config: Config, log: Logger, purpose: Purpose) => Assembly;

/** Prints one line on standard output. */
export type Say = (line: string) => void;

const TRY_FOR_MS = 10_000;
const RETRY_MS = 250;

/**
 * Opens the ports of the installation, calls `use`, and closes them. Retries for ten seconds when a server does not answer, so `use`
 * must be safe to repeat. The exit code is 0, or 1 when `use` returns false or something fails; then standard error says why.
 */
export function withPorts(compose: Compose, use: (ports: ServicePorts, say: Say, config: Config) => Promise<boolean>): Promise<void> {
  return withSomePorts(SERVE_NEEDS, (config, log) => compose(config, log, 'command'), use);
}

/**
 * {@link withPorts} for a command that needs some of the servers only. `needed`: the variables it can't do without.
 */
export async function withSomePorts<T>(
  needed: readonly (keyof Config)[],
  compose: (config: Config, log: Logger) => Opening<T>,
  use: (ports: T, say: Say, config: Config) => Promise<boolean>,
): Promise<void> {
  const { config, log } = loadConfig(needed);
  const opening = compose(config, silent(log));
  try {
    const ports = await retried(() => opening.open(AbortSignal.timeout(TRY_FOR_MS)));
    const done = await retried(() => use(ports, (line) => void process.stdout.write(`${line}\n`), config));
    process.exitCode = done ? EXIT.done : EXIT.failed;
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
    process.exitCode = EXIT.failed;
  } finally {
    await opening.close();
  }
}

/** Says on standard error why a command does not do what it was asked. */
export function complain(why: string): void {
  process.stderr.write(`rtmanager: ${why}\n`);
}

// A command prints its result only; log lines would mix with it.
function silent(log: Logger): Logger {
  log.level = 'silent';
  return log;
}

// Calls fail at once while there is no connection, and connecting takes a moment.
async function retried<T>(call: () => Promise<T>): Promise<T> {
  const end = systemClock.monotonicMs() + TRY_FOR_MS;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof DependencyFault && error.retryable) || systemClock.monotonicMs() >= end) throw error;
      await systemClock.sleep(RETRY_MS);
    }
  }
}
