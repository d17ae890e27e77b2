import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { restrictions } from './tools/lint/restrictions.mjs';

const tests = [
  '**/*.test.ts',
  '**/*.test-support.ts',
  'packages/port-contracts/src/**',
  'packages/manager-port-contracts/src/**',
  'packages/testing/src/**',
  'packages/fake-docker/src/**',
  'packages/verification/src/harness/**',
];
const pure = ['packages/domain/src/**', 'packages/use-cases/src/**'];

export default defineConfig(
  { ignores: ['**/dist/', '**/node_modules/', '**/migrations/', 'tools/arch-probes/', 'coverage/', '.test-results/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },

  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      eqeqeq: 'error',
    },
  },

  {
    files: ['**/*.ts', '**/*.mjs'],
    rules: {
      // A switch over a union counts once: being exhaustive must not look like being complicated.
      complexity: ['error', { max: 10, variant: 'modified' }],
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', 60],
    },
  },
  {
    files: tests,
    rules: {
      'max-lines': ['error', 500],
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
      // Matchers such as expect.any() are typed any by the test runner.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  {
    // One-line fakes keep a promise without waiting for anything.
    files: [...tests, 'packages/adapters/memory/src/**'],
    rules: { '@typescript-eslint/require-await': 'off' },
  },

  // no-restricted-syntax is one list per file: each block below replaces the one above it for the files it names.
  { files: ['**/*.ts'], rules: restrictions('exports', 'transactions', 'environment') },
  { files: pure, rules: restrictions('exports', 'transactions', 'environment', 'impurity') },
  {
    files: ['apps/rtmanager/src/config/read-config.ts', 'packages/demo-engine/src/main.ts'],
    rules: restrictions('exports', 'transactions'),
  },
  {
    files: ['tools/**/*.ts', '**/*.test.ts', '**/*.test-support.ts', 'packages/verification/src/harness/**'],
    rules: restrictions('exports', 'transactions'),
  },
  { files: ['packages/testing/src/**', 'packages/fake-docker/src/**', '**/*.canary.int.test.ts'], rules: restrictions('exports') },
  { files: ['**/*.config.ts'], rules: restrictions('transactions') },
);
