import { type ConfigCheck, parseConfig } from './config/parse-config.js';

/** Reads the configuration from the environment: the only place of the service that does. */
export function readConfig(): ConfigCheck {
  return parseConfig(process.env);
}
