/** The part of vitest's JSON report that the closing line is made of. */
export interface TestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly { readonly status: string }[] }[];
}

/** How a run ended: the line that says so, and whether it counts as passed. */
export interface TestVerdict {
  readonly line: string;
  readonly passed: boolean;
}

const NO_REPORT: TestReport = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };

/**
 * Sums up a run. A file that failed without a failing test (it could not be loaded, a hook threw) counts as one failure; so does a run
 * that ended badly for any other reason (an unhandled error, no report, no test), so that `0 failed` always means that all went well.
 */
export function testVerdict(exitCode: number, report: TestReport = NO_REPORT): TestVerdict {
  const passed = report.numPassedTests;
  const skipped = report.numPendingTests + report.numTodoTests;
  const counted = report.numFailedTests + filesThatFailedAlone(report);
  const failed = exitCode !== 0 || passed === 0 ? Math.max(counted, 1) : counted;
  return { line: `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`, passed: failed === 0 };
}

function filesThatFailedAlone({ testResults }: TestReport): number {
  return testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed')).length;
}
