import { describe, expect, it } from 'vitest';
import { type TestReport, testVerdict } from './closing-line.js';

const fine: TestReport = { numPassedTests: 7, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };
const failing: TestReport = {
  ...fine,
  numFailedTests: 2,
  testResults: [{ status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'failed' }] }],
};

describe('testVerdict', () => {
  it.each([
    ['all passed', fine, 0, '7 passed, 0 failed', true],
    ['some were skipped', { ...fine, numPendingTests: 2, numTodoTests: 1 }, 0, '7 passed, 0 failed, 3 skipped', true],
    ['two failed', failing, 1, '7 passed, 2 failed', false],
    ['a file could not be loaded', { ...fine, testResults: [{ status: 'failed', assertionResults: [] }] }, 1, '7 passed, 1 failed', false],
    ['an error was not handled', fine, 1, '7 passed, 1 failed', false],
    ['no test ran', { ...fine, numPassedTests: 0 }, 0, '0 passed, 1 failed', false],
    ['there is no report', undefined, 1, '0 passed, 1 failed', false],
  ])('when %s', (_, report, exitCode, line, passed) => {
    expect(testVerdict(exitCode, report)).toEqual({ line, passed });
  });
});
