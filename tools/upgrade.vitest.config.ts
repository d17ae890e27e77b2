import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// As the project `heavy` in vitest.config.ts, but of its tests only those that run the version before beside this one.
const resolve = { conditions: ['galaxy-source', 'node', 'development|production'] };
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const before = process.env['GALAXY_BEFORE'];
if (before === undefined) throw new Error('GALAXY_BEFORE is not set: run `npm run upgrade`');
const MAIN = 'apps/rtmanager/src/main.ts';

export default defineConfig({
  root: ROOT,
  resolve,
  ssr: { resolve },
  environments: { __vitest__: { resolve } },
  test: {
    include: ['packages/verification/src/upgrade/*.upgrade-test.ts'],
    provide: { serviceEntries: { main: join(ROOT, MAIN), before: join(before, MAIN) } },
    globalSetup: ['packages/testing/src/servers/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    disableConsoleIntercept: true,
  },
});
