import { expect, it } from 'vitest';
import { demoTag } from './demo-tags.js';

it('makes a healthy engine of any tag it does not know', () => {
  for (const tag of [null, '', '1.0.0', 'constructor', '__proto__']) expect(demoTag(tag)).toEqual({});
});

it('knows tags of engines that misbehave', () => {
  expect(demoTag('missing')).toEqual({ missing: true });
  expect(demoTag('exits-early')).toEqual({ env: { DEMO_EXIT_BEFORE_READY: '3' } });
});
