import { expect, it } from 'vitest';
import { manifestProblems } from './manifest-problems.js';

const fine = {
  name: '@galaxy/wire',
  dependencies: { '@galaxy/ports': '0.1.0', zod: '4.6.7' },
  exports: { '.': { default: './dist/index.js' } },
};
const published = new Set(['@galaxy/wire', '@galaxy/ports']);

it('has nothing against a plain library', () => {
  expect(manifestProblems(fine, published)).toEqual([]);
});

it.each([
  ['a private dependency', { ...fine, dependencies: { '@galaxy/testing': '0.1.0' } }, 'needs @galaxy/testing, which is private'],
  ['a range of the workspace', { ...fine, dependencies: { '@galaxy/ports': 'workspace:*' } }, 'asks for @galaxy/ports as workspace:*'],
  ['a range of the catalogue', { ...fine, peerDependencies: { vitest: 'catalog:' } }, 'asks for vitest as catalog:'],
  [
    'the source condition',
    { ...fine, exports: { '.': { 'galaxy-source': './src/index.ts' } } },
    'ships the source condition: publishConfig.exports is missing',
  ],
  ['a second door', { ...fine, exports: { '.': './dist/index.js', './inner': './dist/inner.js' } }, 'has another door than "."'],
])('refuses %s', (_, manifest, problem) => {
  expect(manifestProblems(manifest, published)).toEqual([`@galaxy/wire ${problem}`]);
});
