import { RuntimeFault } from '@galaxy/ports';

/** The database belongs to another installation than the wanted one, or to none yet. Nothing was changed. */
export class WrongInstanceError extends RuntimeFault {
  readonly code = 'wrong_instance';

  constructor(held: string | null, wanted: string | undefined) {
    const whose = held === null ? 'no service has run on this database yet' : `the database belongs to the instance ${held}`;
    super({ message: wanted === undefined ? whose : `${whose}, but the wanted instance is ${wanted}`, retryable: false });
  }
}
