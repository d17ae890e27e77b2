import { RuntimeFault } from '@galaxy/ports';

/** The database was migrated by a newer version than this one, which would misread it. Nothing was touched. */
export class SchemaTooNewError extends RuntimeFault {
  readonly code = 'schema_too_new';

  constructor(applied: number, known: number) {
    super({ message: `the database has ${applied} migrations, this version knows ${known}: deploy the newer version`, retryable: false });
  }
}
