import { RuntimeFault } from '@galaxy/ports';

/** The database is the one of another installation than was asked for, or of none yet. Nothing was touched. */
export class WrongInstanceError extends RuntimeFault {
  readonly code = 'wrong_instance';

  constructor(held: string | null, wanted: string | undefined) {
    const whose = held === null ? 'no service has run on this database yet' : `the database is the one of the instance ${held}`;
    super({ message: wanted === undefined ? whose : `${whose}, asked for is ${wanted}`, retryable: false });
  }
}
