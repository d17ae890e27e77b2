import { bringSchemaUpToDate } from '../compose/database.js';
import { EXIT } from './exit-codes.js';
import { loadConfig } from './load-config.js';

/** Brings the schema up to date. Exit code 0, or 1 when the server does not answer or its schema is newer than this version. */
export async function runMigrate(): Promise<void> {
  const { config, log } = loadConfig(['RTMANAGER_POSTGRES_URL']);
  try {
    const report = await bringSchemaUpToDate(config.RTMANAGER_POSTGRES_URL ?? '');
    log.info(report, 'the schema is up to date');
  } catch (error) {
    log.error({ err: error }, 'the schema was not brought up to date');
    process.exitCode = EXIT.failed;
  }
}
