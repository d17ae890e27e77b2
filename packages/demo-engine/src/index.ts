export type { DemoEngine } from './demo-engine.js';
export { createDemoEngine } from './demo-engine.js';
export type { DemoHandler } from './demo-handler.js';
export { createDemoHandler } from './demo-handler.js';
export { demoEngineMain } from './main-module.js';
export type { DemoEngineOptions } from './options.js';
