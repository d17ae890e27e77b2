import { defineConfig } from 'vitest/config';

// As in vitest.config.ts, which has more tests than a mutant must meet: only those of the core, none that starts servers.
const resolve = { conditions: ['galaxy-source', 'node', 'development|production'] };

export default defineConfig({
  resolve,
  ssr: { resolve },
  test: {
    include: ['packages/{domain,use-cases}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/*.int.test.ts'],
    testTimeout: 20_000,
  },
});
