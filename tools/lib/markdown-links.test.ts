import { describe, expect, it } from 'vitest';
import { markdownAnchors, markdownLinks, sourceMentions } from './markdown-links.js';

describe('markdownLinks', () => {
  it.each([
    ['[a](docs/a.md)', 'docs/a.md', undefined],
    ['![a](./a.png "title")', './a.png', undefined],
    ['[a](#part)', '', 'part'],
    ['[a](../b.md#part-one)', '../b.md', 'part-one'],
    ['[a]: ./c.md', './c.md', undefined],
    ['<img src="d.svg">', 'd.svg', undefined],
    ['[with `code`](e.md)', 'e.md', undefined],
    ['see `packages/domain/src/index.ts`', '/packages/domain/src/index.ts', undefined],
    ['see `packages/domain/src/index.ts:7`', '/packages/domain/src/index.ts:7', undefined],
  ])('finds where %s points', (text, path, anchor) => {
    expect(markdownLinks(`first\n${text}`)).toEqual([{ line: 2, path, anchor }]);
  });

  it.each([
    '[a](https://example.org/x.md)',
    '[a](mailto:a@example.org)',
    '`[a](b.md)`',
    '``[`a`](b.md)``',
    '```\n[a](b.md)\n```',
    '`packages/domain`',
  ])('leaves %j alone', (text) => expect(markdownLinks(text)).toEqual([]));

  it('counts lines past a fenced block', () => {
    expect(markdownLinks('```sh\nx\n```\n[a](b.md)').map(({ line }) => line)).toEqual([4]);
  });
});

describe('sourceMentions', () => {
  it.each([
    ['[`mergeJobs`](a/merge-jobs.ts)', 'a/merge-jobs.ts', undefined, ['mergeJobs']],
    ['[`Worker.turn`](../work.ts)', '../work.ts', undefined, ['Worker.turn']],
    ['`mergeJobs` in [merge-jobs.ts](a/merge-jobs.ts)', 'a/merge-jobs.ts', 'merge-jobs.ts', ['mergeJobs']],
    ['`mergeJobs` ([merge-jobs.ts](a/merge-jobs.ts))', 'a/merge-jobs.ts', 'merge-jobs.ts', ['mergeJobs']],
    ['`one`, `two` and `three` in [x.ts](x.ts)', 'x.ts', 'x.ts', ['one', 'two', 'three']],
    ['`mergeJobs` in `packages/domain/src/merge-jobs.ts`', '/packages/domain/src/merge-jobs.ts', undefined, ['mergeJobs']],
    ['a [part](x.ts) of it', 'x.ts', undefined, []],
    ['`kill -9` in [x.ts](x.ts)', 'x.ts', 'x.ts', []],
    ['`far` from it, in [x.ts](x.ts)', 'x.ts', 'x.ts', []],
  ])('reads %s', (text, path, fileName, symbols) => {
    expect(sourceMentions(`first\n${text}`)).toEqual([{ line: 2, path, fileName, symbols }]);
  });

  it('reads on over the end of a line', () => {
    expect(sourceMentions('`mergeJobs`\n([merge-jobs.ts](merge-jobs.ts))')).toMatchObject([{ line: 2, symbols: ['mergeJobs'] }]);
  });

  it.each(['[`a`](b.md)', '[`@galaxy/domain`](packages/domain/README.md)', '```\n[`a`](b.ts)\n```', '``[`a`](b.ts)``'])(
    'leaves %j alone',
    (text) => expect(sourceMentions(text)).toEqual([]),
  );
});

describe('markdownAnchors', () => {
  it('names headings as GitHub does', () => {
    const page = '# What it is\n## `start`, again!\n## What it is\n```\n# no heading\n```\n### [Linked](x.md) §3\n<a id="own"></a>';
    expect([...markdownAnchors(page)]).toEqual(['what-it-is', 'start-again', 'what-it-is-1', 'linked-3', 'own']);
  });
});
