import { DependencyFault } from '@galaxy/ports';

/**
 * Somebody else holds a row of the game, for example in a transaction that was not ended. Nothing was changed, and nothing waited
 * for the row. The database has answered, so this is not an outage of it.
 */
export class HeldRowFault extends DependencyFault {
  constructor(call: string) {
    const message = `postgres could not ${call}: another transaction holds a row of the game`;
    super({ message, dependency: 'postgres', retryable: true, effect: 'not_done' });
  }
}
