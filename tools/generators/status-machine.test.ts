import { readFileSync } from 'node:fs';
import { RUNTIME_STATUSES, RUNTIME_TRANSITIONS } from '@galaxy/domain';
import { describe, expect, it } from 'vitest';
import { statusMachinePage } from './status-machine.js';

const page = readFileSync(new URL('../../docs/status-machine.md', import.meta.url), 'utf8');

describe('docs/status-machine.md', () => {
  it('is what the domain says today (if not: npm run generate)', () => {
    expect(page).toBe(statusMachinePage());
  });

  it('draws every move once, and no other', () => {
    const drawn = [...page.matchAll(/^ {4}(\w+) --> (\w+)$/gm)].map(([, from, to]) => `${String(from)} ${String(to)}`);
    expect(drawn).toEqual(RUNTIME_STATUSES.flatMap((from) => RUNTIME_TRANSITIONS[from].map((to) => `${from} ${to}`)));
  });
});
