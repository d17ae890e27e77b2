export { processInjector } from './crash-matrix/process-injector.js';
export { type Injector, withFailpoints } from './crash-matrix/with-failpoints.js';
export { bundledService } from './harness/bundle-service.js';
export { type CheckedRun, violationsOf } from './harness/check-run.js';
export { offencesAgainst } from './harness/contract.js';
export { holdRows, holdSnapshot, type OpenTransaction } from './harness/hold-rows.js';
export type { Pace } from './harness/lobby-run.js';
export { type MixedRun, runMixedJobs } from './harness/mixed-run.js';
export { type RtmanagerProcess, startRtmanager } from './harness/rtmanager-process.js';
export { containersOf, type ListedContainer, openWorld, openWorldOn, type World, type WorldServers } from './harness/service-world.js';
export {
  type EntryFields,
  type JobStreamName,
  KEYS,
  publish,
  publishStart,
  publishStop,
  resultsOf,
  untilResults,
  type Written,
  written,
} from './harness/streams.js';
export { jobCount, seed } from './harness/test-scale.js';
export { ALL_GUARDS, type Guards } from './models/claims/guards.js';
export type { Injections, State } from './models/claims/state.js';
export { claimsModel } from './models/claims-model.js';
export { type Exploration, explore, type Model, type Move } from './models/explore.js';
export {
  ALL_PUBLISHING_GUARDS,
  type PublishingGuards,
  type PublishingInjections,
  type PublishingScope,
  type PublishingState,
} from './models/publishing/state.js';
export { publishingModel } from './models/publishing-model.js';
