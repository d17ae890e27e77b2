export { type ClaimKeeper, type ClaimKeeperDeps, makeClaimKeeper } from './claim-keeper.js';
export type { HeldClaim } from './held-claim.js';
export { type LeaseDeps, type LeasedDuty, type LeaseHolder, makeLeaseHolder } from './hold-lease.js';
export { makeOutboxPublisher, type OutboxPublisher, type PublishDeps } from './publish-outbox.js';
export { makeRunOperation, type RunDeps } from './run-operation.js';
export { type SuperviseDeps, supervise } from './supervise.js';
export { makeTakeInJobs, type TakeInDeps } from './take-in-jobs.js';
export { makeWakeup, type Wakeup } from './wakeup.js';
export { makeWorker, type WorkDeps, type Worker } from './work-operations.js';
