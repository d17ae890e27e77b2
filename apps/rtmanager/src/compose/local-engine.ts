import type { EnginePart } from './engine.js';

export function localProcesses(): EnginePart {
  throw new Error('pending');
}
