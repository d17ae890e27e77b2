export { LocalProcessEngine, type LocalProcessOptions } from './local-process-engine.js';
export { LocalProcessFleet } from './local-process-fleet.js';
