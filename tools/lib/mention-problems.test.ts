import { describe, expect, it } from 'vitest';
import { mentionProblems } from './mention-problems.js';

const SOURCE = 'export function mergeJobs() {}';
const mention = (fileName: string | undefined, symbols: readonly string[]) => ({ line: 1, path: 'x.ts', fileName, symbols });

describe('mentionProblems', () => {
  it('finds nothing wrong with the right file and symbol', () => {
    expect(mentionProblems(mention('merge-jobs.ts', ['mergeJobs']), 'a/merge-jobs.ts', SOURCE)).toEqual([]);
  });

  it('finds a symbol that the file does not declare', () => {
    expect(mentionProblems(mention(undefined, ['mergeJob']), 'a/merge-jobs.ts', SOURCE)).toEqual([
      'names what a/merge-jobs.ts does not declare: mergeJob',
    ]);
  });

  it("finds another file's name", () => {
    expect(mentionProblems(mention('take-in.ts', []), 'a/ingest.ts', SOURCE)).toEqual(['calls a/ingest.ts by another name: take-in.ts']);
  });
});
