import { DependencyFault } from '@galaxy/ports';
import type { Logger } from 'pino';
import { type Purpose, SERVE_NEEDS } from '../compose/compose.js';
import { systemClock } from '../compose/system.js';
import type { Config } from '../config/schema.js';
import type { Assembly, ServicePorts } from '../service.js';
import { EXIT } from './exit-codes.js';
import { loadConfig } from './load-config.js';

/** How the service and its commands come by their servers. */
export type Compose = (config: Config, log: Logger, purpose: Purpose) => Assembly;

/** What a command prints: one line each. */
export type Say = (line: string) => void;

const TRY_FOR_MS = 10_000;
const RETRY_MS = 250;

/**
 * Does one thing with the ports of the installation and ends them. A server that does not answer is tried for ten seconds.
 * The exit code is 0, or 1 when `use` returns false or something fails: then standard error says why.
 */
export async function withPorts(compose: Compose, use: (ports: ServicePorts, say: Say, config: Config) => Promise<boolean>): Promise<void> {
  const { config, log } = loadConfig(SERVE_NEEDS);
  const assembly = compose(config, silent(log), 'command');
  try {
    const ports = await retried(() => assembly.open(AbortSignal.timeout(TRY_FOR_MS)));
    const done = await retried(() => use(ports, (line) => void process.stdout.write(`${line}\n`), config));
    process.exitCode = done ? EXIT.done : EXIT.failed;
  } catch (error) {
    process.stderr.write(`rtmanager: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = EXIT.failed;
  } finally {
    await assembly.close();
  }
}

// What the command prints is all there is to tell.
function silent(log: Logger): Logger {
  log.level = 'silent';
  return log;
}

// A connection takes a moment, and commands fail at once while there is none.
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
