import { describe, expect, it } from 'vitest';
import { declaredNames } from './declared-names.js';

const source = `
import { imported } from './other.js';
export { again } from './again.js';
export interface Worker { readonly turn: (signal: AbortSignal) => Promise<void>; shutDown(): void }
export type Ended = 'stopped' | 'gone';
export class Journal { readonly #rows = []; finish() {} }
export const makeWorker = (deps: Deps) => ({ start: () => called(deps) });
const LIMIT_MS = 5;
function settle() { const inner = 1; return inner; }
// commented: function inComment() {}
const text = 'function inText() {}';
`;

describe('declaredNames', () => {
  it.each([
    'again',
    'Worker',
    'turn',
    'Worker.turn',
    'Worker.shutDown',
    'Ended',
    'Journal',
    'Journal.finish',
    'makeWorker',
    'start',
    'makeWorker.start',
    'LIMIT_MS',
    'settle',
    'inner',
  ])('has %s', (name) => {
    expect(declaredNames(source)).toContain(name);
  });

  it.each(['imported', 'called', 'stopped', 'inComment', 'inText', 'Journal.turn', 'Worker.finish', 'deps'])('has no %s', (name) => {
    expect(declaredNames(source)).not.toContain(name);
  });
});
