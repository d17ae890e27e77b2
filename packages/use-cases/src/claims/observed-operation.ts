import { jobOperation, jobReason, jobRequestedAtMs } from '@galaxy/domain';
import type { ObservedOperation } from '@galaxy/manager-ports';
import type { HeldClaim } from './held-claim.js';

/** The claim's operation with the fields that logs and metrics use. */
export function observed({ claim }: Pick<HeldClaim, 'claim'>): ObservedOperation {
  const { opId, gameId, attempt, sourceRef, job } = claim;
  return { opId, gameId, attempt, sourceRef, op: jobOperation(job), reason: jobReason(job), requestedAtMs: jobRequestedAtMs(job) };
}
