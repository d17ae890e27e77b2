import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { HEAVY_TESTS, MEASUREMENTS, SERVER_TESTS, WAITING_TESTS } from './tools/lib/test-projects.js';

// The export condition under which every @galaxy package answers with its sources, so that tests need no build.
// A list given here replaces vite's own, so the ones that Node itself would use are repeated.
const resolve = { conditions: ['galaxy-source', 'node', 'development|production'] };
// Tests run in the environment `ssr`, global set-up files in one that vitest calls `__vitest__`.
const resolution = { resolve, ssr: { resolve }, environments: { __vitest__: { resolve } } };

const everywhere = ['{packages,apps,tools}/**/*.test.ts'];
const neverTests = ['**/node_modules/**', '**/dist/**'];
// Measurements run only when they are asked for.
const measurements = process.env['GALAXY_TEST_MEASURE'] === undefined ? MEASUREMENTS : [];
const globalSetup = ['packages/testing/src/servers/global-setup.ts'];
const service = (file: string) => fileURLToPath(new URL(`apps/rtmanager/src/${file}`, import.meta.url));

const withTheService = {
  // The harness runs the service without knowing where it lies.
  provide: { serviceEntries: { main: service('main.ts'), failpoints: service('service-tests/failpoints-main.test-support.ts') } },
  globalSetup,
  pool: 'forks',
  testTimeout: 180_000,
  hookTimeout: 180_000,
  expect: { poll: { timeout: 60_000 } },
} as const;

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
          testTimeout: 60_000,
        },
      },
      {
        ...resolution,
        test: {
          name: 'int',
          // After the unit tests, so that nothing else wants the processor while servers are being timed.
          sequence: { groupOrder: 1 },
          include: [SERVER_TESTS],
          exclude: [...neverTests, ...HEAVY_TESTS],
          globalSetup,
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 60_000 } },
        },
      },
      {
        ...resolution,
        test: {
          ...withTheService,
          name: 'waiting',
          sequence: { groupOrder: 2 },
          include: [...WAITING_TESTS],
          exclude: neverTests,
          maxWorkers: 2,
        },
      },
      {
        ...resolution,
        test: {
          ...withTheService,
          name: 'heavy',
          // Last, and one file at a time: each has the machine to itself.
          sequence: { groupOrder: 3 },
          include: [...HEAVY_TESTS],
          exclude: [...neverTests, ...WAITING_TESTS, ...measurements],
          maxWorkers: 1,
        },
      },
    ],
  },
});
