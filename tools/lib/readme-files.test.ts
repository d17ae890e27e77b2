import { expect, it } from 'vitest';
import { exampleBlocks, readmeFiles } from './readme-files.js';

it('finds the files that a page shows whole, and no other block', () => {
  const page =
    'Text\n\n```ts\n// a.test.ts\nconst a = `x`;\n```\n\n```sh\nnpm i\n```\n\n```ts\nlet b;\n```\n\n```json\n// c.json\n{}\n```\n';
  expect(readmeFiles(page)).toEqual([
    { name: 'a.test.ts', text: 'const a = `x`;\n' },
    { name: 'c.json', text: '{}\n' },
  ]);
});

it('finds the examples of comments, indented or not', () => {
  const source = '/**\n * A.\n * @example\n * ```ts\n * a();\n *\n *   b();\n * ```\n */\n  /**\n   * ```ts\n   * c();\n   * ```\n   */\n';
  expect(exampleBlocks(source)).toEqual(['a();\n\n  b();\n', 'c();\n']);
});
