import {
  deadLetterBoxContract,
  historyContract,
  holdsContract,
  installationFactsContract,
  leasesContract,
  namedOutcomesContract,
  operationHintsContract,
  operationJournalContract,
  operationLogContract,
  operationQueueContract,
  outboxContract,
  type PlantedRow,
  reconcileQueueContract,
  recoveryContract,
  STREAM_KEYS_TESTED,
} from '@galaxy/manager-port-contracts';
import { runtimeRecordStoreContract } from '@galaxy/port-contracts';
import { ManualClock } from '../manual-clock.js';
import { MemoryDatabase } from './memory-database.js';
import { MemoryDeadLetterBox } from './memory-dead-letter-box.js';
import { MemoryHistory } from './memory-history.js';
import { MemoryHolds } from './memory-holds.js';
import { MemoryInstallationFacts } from './memory-installation-facts.js';
import { MemoryLeases } from './memory-leases.js';
import { MemoryOperationHints } from './memory-operation-hints.js';
import { MemoryOperationJournal } from './memory-operation-journal.js';
import { MemoryOperationLog } from './memory-operation-log.js';
import { MemoryOperationQueue } from './memory-operation-queue.js';
import { MemoryOutbox } from './memory-outbox.js';
import { MemoryReconcileQueue } from './memory-reconcile-queue.js';
import { MemoryRecovery } from './memory-recovery.js';
import { MemoryRuntimeRecordStore } from './memory-runtime-record-store.js';
import { plantRow } from './plant-row.test-support.js';

async function open() {
  const clock = new ManualClock();
  const database = new MemoryDatabase(clock);
  return {
    records: new MemoryRuntimeRecordStore(database),
    journal: new MemoryOperationJournal(database),
    namingJournal: new MemoryOperationJournal(database, { outcomesOf: STREAM_KEYS_TESTED }),
    log: new MemoryOperationLog(database),
    operationHints: new MemoryOperationHints(database),
    operationQueue: new MemoryOperationQueue(database),
    outbox: new MemoryOutbox(database),
    outboxWithoutOutcomes: new MemoryOutbox(database, ['job_result', 'dead_letter']),
    leases: new MemoryLeases(database),
    reconcileQueue: new MemoryReconcileQueue(database),
    holds: new MemoryHolds(database),
    facts: new MemoryInstallationFacts(database),
    deadLetterBox: new MemoryDeadLetterBox(database),
    recovery: new MemoryRecovery(database),
    plant: async (row: PlantedRow) => plantRow(database, row),
    history: new MemoryHistory(database),
    elapse: (ms: number) => clock.advance(ms),
    close: async () => undefined,
  };
}

runtimeRecordStoreContract('memory', open);
operationJournalContract('memory', open);
operationLogContract('memory', open);
operationQueueContract('memory', open);
operationHintsContract('memory', open);
outboxContract('memory', open);
namedOutcomesContract('memory', open);
leasesContract('memory', open);
reconcileQueueContract('memory', open);
holdsContract('memory', open);
installationFactsContract('memory', open);
deadLetterBoxContract('memory', open);
recoveryContract('memory', open);
historyContract('memory', open);
