import { RuntimeFault } from '@galaxy/ports';

/** The database was migrated by a newer version than this one, which would misread it. Nothing was touched. */
export class SchemaTooNewError extends RuntimeFault {
  readonly code = 'schema_too_new';

  constructor(applied: number, known: number) {
    super({ message: `the database has ${applied} migrations, this version knows ${known}: deploy the newer version`, retryable: false });
  }
}

/** The database lacks migrations that this version needs, and the caller is not one to apply them. Nothing was touched. */
export class SchemaTooOldError extends RuntimeFault {
  readonly code = 'schema_too_old';

  constructor(applied: number, known: number) {
    super({
      message: `the database has ${applied} migrations, this version needs ${known}: deploy this version, or run \`rtmanager migrate\``,
      retryable: false,
    });
  }
}

/** The database is the one of another installation than was asked for, or of none yet. Nothing was touched. */
export class WrongInstanceError extends RuntimeFault {
  readonly code = 'wrong_instance';

  constructor(held: string | null, wanted: string | undefined) {
    const whose = held === null ? 'no service has run on this database yet' : `the database is the one of the instance ${held}`;
    super({ message: wanted === undefined ? whose : `${whose}, asked for is ${wanted}`, retryable: false });
  }
}
