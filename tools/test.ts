// Runs all tests, or those that the arguments name, and closes with one line: `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestReport, testVerdict } from './lib/closing-line.js';
import { binary, ROOT } from './lib/workspace.js';

const RESULTS = join(ROOT, '.test-results');
const REPORT = join(RESULTS, 'vitest.json');

rmSync(REPORT, { force: true });
mkdirSync(RESULTS, { recursive: true });

const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`, ...process.argv.slice(2)];
const { status } = spawnSync(binary('vitest'), args, { cwd: ROOT, stdio: 'inherit' });

const report = existsSync(REPORT) ? (JSON.parse(readFileSync(REPORT, 'utf8')) as TestReport) : undefined;
const { line, passed } = testVerdict(status ?? 1, report);
writeFileSync(join(RESULTS, 'closing-line'), `${line}\n`);
console.log(line);
process.exitCode = passed ? 0 : 1;
