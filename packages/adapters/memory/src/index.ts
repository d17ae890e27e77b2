export { MemoryContainerEngine } from './memory-container-engine.js';
export { MemoryEngineClient } from './memory-engine-client.js';
export type { MemoryImage } from './memory-images.js';
