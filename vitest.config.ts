import { defineConfig } from 'vitest/config';

// The export condition under which every @galaxy package answers with its sources, so that tests need no build.
// A list given here replaces vite's own, so the ones that Node itself would use are repeated.
const resolve = { conditions: ['galaxy-source', 'node', 'development|production'] };
// Tests run in the environment `ssr`, global set-up files in one that vitest calls `__vitest__`.
const resolution = { resolve, ssr: { resolve }, environments: { __vitest__: { resolve } } };

const everywhere = ['{packages,apps,tools}/**/*.test.ts'];
const neverTests = ['**/node_modules/**', '**/dist/**'];

export default defineConfig({
  test: {
    projects: [
      {
        ...resolution,
        test: {
          name: 'unit',
          include: everywhere,
          exclude: [...neverTests, '**/*.int.test.ts'],
          pool: 'threads',
          maxWorkers: 2,
          testTimeout: 20_000,
        },
      },
      {
        ...resolution,
        test: {
          name: 'int',
          // After the unit tests, so that nothing else wants the processor while servers are being timed.
          sequence: { groupOrder: 1 },
          include: ['{packages,apps}/**/*.int.test.ts'],
          exclude: neverTests,
          globalSetup: ['packages/testing/src/servers/global-setup.ts'],
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
