import { type ConfigCheck, parseConfig } from './parse-config.js';
import type { Config } from './schema.js';

/**
 * Reads the configuration from the environment, the only place of the service that does. `defaults` go before those of the
 * schema; `needed` are the variables a command can't do without.
 */
export function readConfig(defaults: Readonly<Record<string, string>> = {}, needed: readonly (keyof Config)[] = []): ConfigCheck {
  return parseConfig({ ...defaults, ...process.env }, needed);
}
