import { InvalidInputError } from './faults.js';

/**
 * Checks the size of a page; `call` names the call in the message.
 * @throws InvalidInputError when `limit` is not a whole number from 1 to 1000.
 */
export function validatePageLimit(call: string, limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw new InvalidInputError(`${call}: limit must be a whole number from 1 to 1000`);
}
