import { afterEach, beforeEach, describe } from 'vitest';
import type { DatabaseUnderTest } from './database-under-test.js';
import { claimPromises } from './journal-claims.js';
import { finishPromises } from './journal-finish.js';
import { handBackPromises } from './journal-hand-back.js';
import { intakePromises } from './journal-intake.js';
import { stepPromises } from './journal-steps.js';

/** The promises of {@link OperationJournal}, for an adapter to pass. `open` gives an empty database each time. */
export function operationJournalContract(name: string, open: () => Promise<DatabaseUnderTest>): void {
  describe(`OperationJournal: ${name}`, () => {
    let database: DatabaseUnderTest | undefined;
    const opened = (): DatabaseUnderTest => {
      if (database === undefined) throw new Error('no database is open');
      return database;
    };
    beforeEach(async () => {
      database = await open();
    });
    afterEach(() => opened().close());

    describe('takeIn', () => intakePromises(opened));
    describe('claim and renew', () => claimPromises(opened));
    describe('advance', () => stepPromises(opened));
    describe('finish', () => finishPromises(opened));
    describe('handBack', () => handBackPromises(opened));
  });
}
