import {
  leasesContract,
  operationJournalContract,
  operationLogContract,
  outboxContract,
  runtimeRecordStoreContract,
} from '@galaxy/port-contracts';
import { ManualClock } from './manual-clock.js';
import { MemoryDatabase } from './memory-database.js';
import { MemoryLeases } from './memory-leases.js';
import { MemoryOperationJournal } from './memory-operation-journal.js';
import { MemoryOperationLog } from './memory-operation-log.js';
import { MemoryOutbox } from './memory-outbox.js';
import { MemoryRuntimeRecordStore } from './memory-runtime-record-store.js';

async function open() {
  const clock = new ManualClock();
  const database = new MemoryDatabase(clock);
  return {
    records: new MemoryRuntimeRecordStore(database),
    journal: new MemoryOperationJournal(database),
    log: new MemoryOperationLog(database),
    outbox: new MemoryOutbox(database),
    leases: new MemoryLeases(database),
    elapse: (ms: number) => clock.advance(ms),
    close: async () => undefined,
  };
}

runtimeRecordStoreContract('memory', open);
operationJournalContract('memory', open);
operationLogContract('memory', open);
outboxContract('memory', open);
leasesContract('memory', open);
