import { afterEach, beforeEach, describe } from 'vitest';
import type { DatabaseUnderTest } from '../database/database-under-test.js';
import { claimPromises } from './journal-claims.js';
import { deadLetterPromises } from './journal-dead-letters.js';
import { earlyEndPromises } from './journal-early-ends.js';
import { finishPromises } from './journal-finish.js';
import { holdPromises } from './journal-holds.js';
import { intakePromises } from './journal-intake.js';
import { newerRowPromises } from './journal-newer-rows.js';
import { patchPromises } from './journal-patches.js';
import { placePromises } from './journal-places.js';
import { releasePromises } from './journal-release.js';
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

    describe('cursors and moveCursor', () => placePromises(opened));
    describe('ingest', () => intakePromises(opened));
    describe('claim and renew', () => claimPromises(opened));
    describe('a row of a newer version', () => newerRowPromises(opened));
    describe('an early end', () => earlyEndPromises(opened));
    describe('advance', () => stepPromises(opened));
    describe('changes of the record', () => patchPromises(opened));
    describe('finish', () => finishPromises(opened));
    describe('finish with a dead letter', () => deadLetterPromises(opened));
    describe('releaseClaim', () => releasePromises(opened));
    describe('holds', () => holdPromises(opened));
  });
}
