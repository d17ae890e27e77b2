import { describe, expect, it } from 'vitest';
import { exportedSuites, uncalledContracts } from './uncalled-contracts.js';

const memory = (text: string) => ({ path: 'packages/adapters/memory/src/fakes.test.ts', text });
const real = (text: string) => ({ path: 'packages/adapters/redis/src/offsets.int.test.ts', text });
const called = 'streamOffsetsContract(it, {});';

describe('exportedSuites', () => {
  it('finds the suites among what a door gives', () => {
    const door = `
      export { streamOffsetsContract, type StreamOffsetsContract } from './a.js';
      export { type Fixture, helper } from './b.js';
      // export { oldContract } from './c.js';
      export {
        clockContract,
      } from './d.js';`;
    expect(exportedSuites(door)).toEqual(['streamOffsetsContract', 'clockContract']);
  });
});

describe('uncalledContracts', () => {
  it('is content with a call by memory and one by a real adapter', () => {
    expect(uncalledContracts(['streamOffsetsContract'], [memory(called), real(called)])).toEqual([]);
  });

  it('misses the real adapter', () => {
    expect(uncalledContracts(['streamOffsetsContract'], [memory(called)])).toEqual([
      'streamOffsetsContract is not called by a real adapter',
    ]);
  });

  it('misses memory', () => {
    expect(uncalledContracts(['streamOffsetsContract'], [real(called)])).toEqual([
      'streamOffsetsContract is not called by packages/adapters/memory',
    ]);
  });

  it.each([
    ['an import', "import { streamOffsetsContract } from '@galaxy/port-contracts';"],
    ['a call in a line comment', `// ${called}`],
    ['a call in a block comment', `/*\n${called}\n*/`],
    ['a suite of a longer name', `old${called}`],
  ])('does not take %s for a call', (_, text) => {
    expect(uncalledContracts(['streamOffsetsContract'], [memory(text), real(text)])).toHaveLength(2);
  });
});
