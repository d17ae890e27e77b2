import { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../lib/workspace.js';
import { refusals } from './restrictions.mjs';

/** One snippet per refused selector, and a file it must be refused in. */
const USE_CASE = 'packages/use-cases/src/operations/start/start-runtime.ts';
const ADAPTER = 'packages/adapters/postgres/src/store.ts';
const REFUSED: readonly (readonly [selector: string, file: string, snippet: string])[] = [
  ['ExportAllDeclaration', ADAPTER, "export * from './other.js';"],
  ['ExportDefaultDeclaration', ADAPTER, 'export default 1;'],
  ["ExportSpecifier[exported.name='default']", ADAPTER, 'const a = 1; export { a as default };'],
  ['CallExpression[callee.property.name=/^(begin|reserve|savepoint|transaction)$/]', ADAPTER, 'await sql.begin(run);'],
  ['CallExpression[callee.property.name=/^(begin|reserve|savepoint|transaction)$/]', ADAPTER, 'await sql.reserve();'],
  ['CallExpression[callee.property.name=/^(begin|reserve|savepoint|transaction)$/]', ADAPTER, 'await sql.savepoint(run);'],
  [
    'CallExpression[callee.property.name=/^(begin|reserve|savepoint|transaction)$/]',
    'apps/rtmanager/src/config/read-config.ts',
    'db.transaction(run);',
  ],
  [
    'CallExpression[callee.property.name=/^(begin|reserve|savepoint|transaction)$/]',
    'packages/adapters/postgres/src/store.test.ts',
    'db.transaction(run);',
  ],
  ["MemberExpression[object.name='process'][property.name='env']", ADAPTER, "process.env['HOME'];"],
  ["VariableDeclarator[init.name='process'] Property[key.name='env']", 'apps/rtmanager/src/main.ts', 'const { env } = process;'],
  [
    "ImportDeclaration[source.value=/^(node:)?process$/] ImportSpecifier[imported.name='env']",
    ADAPTER,
    "import { env } from 'node:process';",
  ],
  ["MemberExpression[object.name='Date'][property.name='now']", USE_CASE, 'Date.now();'],
  ["MemberExpression[object.name='Date'][property.name='now']", 'packages/domain/src/runtime-status.ts', 'const clock = Date.now;'],
  ["NewExpression[callee.name='Date'][arguments.length=0]", USE_CASE, 'new Date();'],
  ["CallExpression[callee.name='Date']", USE_CASE, 'Date();'],
  ["MemberExpression[object.name='performance'][property.name='now']", USE_CASE, 'performance.now();'],
  ['CallExpression[callee.name=/^set(Timeout|Interval|Immediate)$/]', USE_CASE, 'setTimeout(run, 1);'],
  ['CallExpression[callee.property.name=/^set(Timeout|Interval|Immediate)$/]', USE_CASE, 'globalThis.setInterval(run, 1);'],
  ["MemberExpression[object.name='AbortSignal'][property.name='timeout']", USE_CASE, 'AbortSignal.timeout(1);'],
  ["MemberExpression[object.name='Math'][property.name='random']", USE_CASE, 'Math.random();'],
  ["CallExpression[callee.name='randomUUID']", USE_CASE, 'randomUUID();'],
  ["CallExpression[callee.property.name='randomUUID']", USE_CASE, 'crypto.randomUUID();'],
];

/** What stands in the way of nobody. */
const ALLOWED: readonly (readonly [file: string, snippet: string])[] = [
  [USE_CASE, 'new Date(0);'],
  [ADAPTER, 'Date.now(); setTimeout(run, 1); Math.random();'],
  ['packages/use-cases/src/operations/start/start-runtime.test.ts', 'Date.now(); process.env;'],
  ['packages/use-cases/src/test-support/world.test-support.ts', 'Date.now();'],
  ['apps/rtmanager/src/config/read-config.ts', 'process.env;'],
  ['packages/demo-engine/src/main.ts', 'process.env;'],
  ['tools/verify.ts', 'process.env;'],
  ['packages/testing/src/postgres.ts', 'process.env; sql.begin(run);'],
  ['packages/adapters/postgres/src/begin.canary.int.test.ts', 'sql.begin(run); db.transaction(run);'],
  ['packages/adapters/postgres/drizzle.config.ts', 'export default 1;'],
];

const eslint = new ESLint({ cwd: ROOT });
const linter = new Linter({ configType: 'flat' });

/** The selectors that refuse the snippet in that file, by the repository's own configuration. */
async function refusedBy(file: string, snippet: string): Promise<string[]> {
  const { rules } = (await eslint.calculateConfigForFile(file)) as { rules: Linter.RulesRecord };
  const [severity, ...entries] = rules['no-restricted-syntax'] as [Linter.RuleSeverity, ...{ selector: string; message: string }[]];
  const named = entries.map(({ selector }) => ({ selector, message: selector }));
  const config: Linter.Config = {
    files: ['**/*.ts'],
    languageOptions: { parser: tseslint.parser },
    rules: { 'no-restricted-syntax': [severity, ...named] },
  };
  return linter.verify(snippet, config, { filename: file }).map(({ message }) => message);
}

describe('the refused syntax', () => {
  it.each(REFUSED)('%s is refused in %s', async (selector, file, snippet) => {
    expect(await refusedBy(file, snippet)).toContain(selector);
  });

  it.each(ALLOWED)('%s may say %s', async (file, snippet) => {
    expect(await refusedBy(file, snippet)).toEqual([]);
  });

  it('has a snippet for every selector', () => {
    expect(REFUSED.map(([selector]) => selector)).toEqual(expect.arrayContaining(refusals.map(([, selector]) => selector)));
  });
});
