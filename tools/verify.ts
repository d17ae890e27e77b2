// Everything that must hold before a change is merged, cheapest first. Stops at the first failure; with --keep-going (as CI does) all
// are seen. The last line is that of the tests: `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { binary, ROOT } from './lib/workspace.js';

interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

interface Outcome {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
}

const CLOSING_LINE = join(ROOT, '.test-results/closing-line');
const tool = (file: string): string[] => [process.execPath, ...process.execArgv, join(ROOT, 'tools', file)];
const script = (name: string, ...args: string[]): string[] => ['npm', 'run', '--silent', name, ...args];

// The tests are started directly: `npm test` would install and build a second time.
const STEPS: readonly Step[] = [
  { name: 'format', command: [binary('biome'), 'check', '.'] },
  { name: 'links of the documentation', command: script('docs-links') },
  { name: 'contract suites are called', command: script('contracts') },
  { name: 'generated files are current', command: script('generate', '--', '--check') },
  { name: 'imports point inward', command: script('arch') },
  { name: 'dead code', command: script('dead-code') },
  { name: 'types', command: script('typecheck') },
  { name: 'lint', command: [binary('eslint'), '.'] },
  { name: 'build', command: script('build') },
  { name: 'published packages', command: script('publish-check') },
  { name: 'Node.js 22 and 24', command: script('node-versions') },
  { name: 'tests', command: tool('test.ts') },
];

function take({ name, command: [program = '', ...args] }: Step): Outcome {
  console.log(`\n── ${name}`);
  const startedAt = performance.now();
  const { status } = spawnSync(program, args, { cwd: ROOT, stdio: 'inherit' });
  return { name, passed: status === 0, seconds: (performance.now() - startedAt) / 1000 };
}

function takeAll(keepGoing: boolean): Outcome[] {
  const outcomes: Outcome[] = [];
  for (const step of STEPS) {
    const outcome = take(step);
    outcomes.push(outcome);
    if (!outcome.passed && !keepGoing) break;
  }
  return outcomes;
}

rmSync(CLOSING_LINE, { force: true });
const outcomes = takeAll(process.argv.includes('--keep-going'));

console.log();
for (const { name, passed, seconds } of outcomes) console.log(`${passed ? '✓' : '✗'} ${seconds.toFixed(1).padStart(6)} s  ${name}`);
if (outcomes.length < STEPS.length) console.log(`stopped: ${STEPS.length - outcomes.length} steps were not taken`);
if (existsSync(CLOSING_LINE)) process.stdout.write(readFileSync(CLOSING_LINE, 'utf8'));
process.exitCode = outcomes.every(({ passed }) => passed) ? 0 : 1;
