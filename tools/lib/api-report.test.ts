import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { apiReport } from './api-report.js';

let home = '';
afterEach(() => rmSync(home, { recursive: true, force: true }));

function built(files: Readonly<Record<string, string>>): string {
  home = mkdtempSync(join(tmpdir(), 'galaxy-report-'));
  for (const [name, text] of Object.entries({ 'package.json': '{ "type": "module" }', ...files })) {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    writeFileSync(join(home, name), text);
  }
  return join(home, 'packages/a/dist/index.d.ts');
}

it('gives every exported name in order, its stability, where it comes from, and what it mentions', () => {
  const door = built({
    'packages/a/dist/index.d.ts': `
      export { other } from '../../b/dist/index.js';
      export { make as create, type Made, LIMIT } from './make.js';`,
    'packages/a/dist/make.d.ts': `
      interface Inner<T> { readonly value: T; }
      type Unused = 1;
      /** What is made. */
      export interface Made { readonly inner: Inner<string>; }
      /**
       * Makes it.
       * @deprecated by something else
       * @throws nothing
       */
      export declare function make(name: string): Made;
      export declare const LIMIT: 5;`,
    'packages/b/dist/index.d.ts': 'export declare const other: 1;',
  });
  expect(apiReport('@galaxy/a', door)).toBe(`# The surface of @galaxy/a

Generated from the build by \`npm run api-reports\`. What changes here changes for other teams.

\`\`\`ts
export declare const LIMIT: 5;

export interface Made {
    readonly inner: Inner<string>;
}

// exported as create
// @deprecated
export declare function make(name: string): Made;

export { other } from '@galaxy/b';
\`\`\`

## Mentioned, not exported

\`\`\`ts
interface Inner<T> {
    readonly value: T;
}
\`\`\`
`);
});

it('needs a build', () => {
  expect(() => apiReport('@galaxy/a', built({}))).toThrow('npm run build');
});
