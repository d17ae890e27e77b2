import { type ConfigCheck, parseConfig } from './config/parse-config.js';

/** Reads the configuration from the environment, the only place of the service that does. `defaults` go before those of the schema. */
export function readConfig(defaults: Readonly<Record<string, string>> = {}): ConfigCheck {
  return parseConfig({ ...defaults, ...process.env });
}
