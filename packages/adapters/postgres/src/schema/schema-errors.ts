import { RuntimeFault } from '@galaxy/ports';

/** A newer version has migrated the database in a way that this version could misread. Nothing was changed. */
export class SchemaTooNewError extends RuntimeFault {
  readonly code = 'schema_too_new';

  constructor(applied: number, known: number) {
    super({ message: `the database has ${applied} migrations, this version knows ${known}: deploy the newer version`, retryable: false });
  }
}

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

/** The database belongs to another installation than the wanted one, or to none yet. Nothing was changed. */
export class WrongInstanceError extends RuntimeFault {
  readonly code = 'wrong_instance';

  constructor(held: string | null, wanted: string | undefined) {
    const whose = held === null ? 'no service has run on this database yet' : `the database belongs to the instance ${held}`;
    super({ message: wanted === undefined ? whose : `${whose}, but the wanted instance is ${wanted}`, retryable: false });
  }
}
