export { ALL_GUARDS, type Guards } from './claims/guards.js';
export type { Faults, State } from './claims/state.js';
export { claimsModel } from './claims-model.js';
export { type Exploration, explore, type Model, type Move } from './explore.js';
export {
  ALL_PUBLISHING_GUARDS,
  type PublishingFaults,
  type PublishingGuards,
  type PublishingScope,
  type PublishingState,
} from './publishing/state.js';
export { publishingModel } from './publishing-model.js';
