export { LocalProcessEngine, type LocalProcessOptions } from './local-process-engine.js';
