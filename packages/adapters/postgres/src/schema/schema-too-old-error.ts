import { RuntimeFault } from '@galaxy/ports';

/** The database lacks migrations that this version needs, and the caller does not migrate. Nothing was changed. */
export class SchemaTooOldError extends RuntimeFault {
  readonly code = 'schema_too_old';

  constructor(applied: number, known: number) {
    super({
      message: `the database has ${applied} migrations, this version needs ${known}: deploy this version, or run \`rtmanager migrate\``,
      retryable: false,
    });
  }
}
