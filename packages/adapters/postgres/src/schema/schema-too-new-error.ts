import { RuntimeFault } from '@galaxy/ports';

/** A newer version has migrated the database; this version could misread it. Nothing was changed. */
export class SchemaTooNewError extends RuntimeFault {
  readonly code = 'schema_too_new';

  constructor(applied: number, known: number) {
    super({ message: `the database has ${applied} migrations, this version knows ${known}: deploy the newer version`, retryable: false });
  }
}
