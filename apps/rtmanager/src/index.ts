export { documentConfig } from './config/document-config.js';
export { parseConfig } from './config/parse-config.js';
export { type Manager, type ManagerPorts, type ManagerSettings, makeManager } from './manager.js';
