import { type ConfigCheck, parseConfig } from './parse-config.js';
import type { Config } from './schema.js';

/**
 * Reads the configuration from the environment. No other code of the service reads it. `defaults` replace those of the schema;
 * `needed` are the variables that the command requires.
 */
export function readConfig(defaults: Readonly<Record<string, string>> = {}, needed: readonly (keyof Config)[] = []): ConfigCheck {
  return parseConfig({ ...defaults, ...process.env }, needed);
}
