import { defineConfig } from 'vitest/config';

// As in vitest.config.ts, but of its tests only those of the core, and without the long ones that play random histories: a mutant
// must fail one that says in a word what is wrong.
const resolve = { conditions: ['galaxy-source', 'node', 'development|production'] };

export default defineConfig({
  resolve,
  ssr: { resolve },
  test: {
    include: ['packages/{domain,use-cases}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/*.int.test.ts', '**/*.property.test.ts', '**/crash-points.test.ts'],
    testTimeout: 20_000,
  },
});
