import { expect, it } from 'vitest';
import { importedPackages } from './imported-packages.js';

it.each([
  ['an import', "import { z } from 'zod';", ['zod']],
  ['an import of a type', "import type { Redis } from 'ioredis';", ['ioredis']],
  ['a type in place', "export declare const record: import('@galaxy/domain').RuntimeRecord;", ['@galaxy/domain']],
  ['an export', "export { type RuntimeManager } from '@galaxy/ports';", ['@galaxy/ports']],
  ['an import for its effect', "import 'vitest';", ['vitest']],
  ['a dynamic import', "await import('@galaxy/wire/inner.js');", ['@galaxy/wire']],
  ['a module of Node and a file', "import 'node:fs'; import 'buffer'; export { a } from './a.js';", []],
  ['a comment and a text', "// import 'zod'\nconst text = \"import 'zod'\";", []],
])('%s', (_, source, packages) => {
  expect(importedPackages(source)).toEqual(packages);
});

it('names each once, in order', () => {
  expect(importedPackages("import 'zod'; import 'ioredis'; import 'zod/v4';")).toEqual(['ioredis', 'zod']);
});
