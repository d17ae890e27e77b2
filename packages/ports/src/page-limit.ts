import { InvalidInputError } from './faults.js';

/**
 * Checks the size of a page. `call` names the call at the start of the message. Every adapter calls it before it touches the store.
 *
 * @example
 * ```ts
 * import { validatePageLimit } from '@galaxy/ports';
 *
 * validatePageLimit('list runtimes', 100); // returns
 * validatePageLimit('list runtimes', 0); // throws: list runtimes: limit must be a whole number from 1 to 1000
 * ```
 *
 * @throws InvalidInputError when `limit` is not a whole number from 1 to 1000.
 */
export function validatePageLimit(call: string, limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw new InvalidInputError(`${call}: limit must be a whole number from 1 to 1000`);
}
