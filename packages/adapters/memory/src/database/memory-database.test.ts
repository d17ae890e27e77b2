import {
  deadLetterBoxContract,
  holdsContract,
  installationFactsContract,
  leasesContract,
  operationHintsContract,
  operationJournalContract,
  operationLogContract,
  operationQueueContract,
  outboxContract,
  reconcileQueueContract,
  recoveryContract,
} from '@galaxy/manager-port-contracts';
import { runtimeRecordStoreContract } from '@galaxy/port-contracts';
import { ManualClock } from '../manual-clock.js';
import { MemoryDatabase } from './memory-database.js';
import { MemoryDeadLetterBox } from './memory-dead-letter-box.js';
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

async function open() {
  const clock = new ManualClock();
  const database = new MemoryDatabase(clock);
  return {
    records: new MemoryRuntimeRecordStore(database),
    journal: new MemoryOperationJournal(database),
    log: new MemoryOperationLog(database),
    operationHints: new MemoryOperationHints(database),
    operationQueue: new MemoryOperationQueue(database),
    outbox: new MemoryOutbox(database),
    leases: new MemoryLeases(database),
    reconcileQueue: new MemoryReconcileQueue(database),
    holds: new MemoryHolds(database),
    facts: new MemoryInstallationFacts(database),
    deadLetterBox: new MemoryDeadLetterBox(database),
    recovery: new MemoryRecovery(database),
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
leasesContract('memory', open);
reconcileQueueContract('memory', open);
holdsContract('memory', open);
installationFactsContract('memory', open);
deadLetterBoxContract('memory', open);
recoveryContract('memory', open);
