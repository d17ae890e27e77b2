import type { Logger } from 'pino';
import { readConfig } from '../config/read-config.js';
import type { Config } from '../config/schema.js';
import { syncLineWriter } from '../observability/line-writer.js';
import { makeLog } from '../observability/service-log.js';
import { EXIT } from './exit-codes.js';

/** The configuration and the log, which every command needs. */
export interface Loaded {
  readonly config: Config;
  readonly log: Logger;
}

const STANDARD_ERROR = 2;

/**
 * Reads the configuration. If it is invalid, writes every problem to standard error, one per line, and ends the process with code 78.
 * `needed`: the variables that this command requires.
 */
export function loadConfig(needed: readonly (keyof Config)[]): Loaded {
  const check = readConfig({}, needed);
  if (check.kind === 'invalid') return refuse(check.problems);
  const log = makeLog(check.config.RTMANAGER_LOG_LEVEL, process.stdout, syncLineWriter(STANDARD_ERROR));
  for (const warning of check.warnings) log.warn({ warning }, 'the configuration may be wrong');
  return { config: check.config, log };
}

function refuse(problems: readonly string[]): never {
  process.stderr.write(`rtmanager: the configuration is wrong\n${problems.map((problem) => `  ${problem}\n`).join('')}`);
  process.exit(EXIT.config);
}
