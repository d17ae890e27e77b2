export { type Manager, type ManagerPorts, type ManagerSettings, makeManager } from '@galaxy/use-cases';
export { documentConfig } from './config/document-config.js';
export { parseConfig } from './config/parse-config.js';
