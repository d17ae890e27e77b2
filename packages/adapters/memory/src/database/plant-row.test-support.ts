import { randomUUID } from 'node:crypto';
import type { PlantedRow } from '@galaxy/manager-port-contracts';
import type { OperationProgress } from '@galaxy/manager-ports';
import type { MemoryDatabase } from './memory-database.js';
import { addOperation } from './memory-queue.js';

/** Plants a row that a build other than this one may have written. */
export function plantRow(database: MemoryDatabase, { gameId, op, payloadVersion = 1, step, isReadable = true }: PlantedRow): string {
  const opId = randomUUID();
  addOperation(database, {
    opId,
    source: 'admin',
    sourceRef: 'ref',
    job: { kind: 'stop', gameId, reason: 'cancelled', requestedAtMs: 0n },
    requestedBy: 'admin',
    isRequest: false,
    entry: null,
  });
  const planted = {
    ...database.operations.pop(),
    op,
    payloadVersion,
    unreadable: isReadable ? null : 'planted',
  } as MemoryDatabase['operations'][number];
  const released = { status: 'running', attempt: 1, creditedAttempt: 1 } as const;
  const progress = { op, step: step?.name, previous: null, containerId: null } as OperationProgress;
  database.operations.push(step === undefined ? planted : { ...planted, ...released, progress, stepVersion: step.version });
  return opId;
}
