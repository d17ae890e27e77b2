// Everything that must hold before a change is merged, cheapest first. Stops at the first failure; with --keep-going (as CI does) all
// are seen. The last line is that of the tests: `N passed, N failed`.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
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

// Steps of one group are taken at the same time: each of them uses one processor.
// The tests are started directly: `npm test` would install and build a second time.
const GROUPS: readonly (readonly Step[])[] = [
  [{ name: 'format', command: [binary('biome'), 'check', '.'] }],
  [
    { name: 'links of the documentation', command: script('docs-links') },
    { name: 'contract suites are called', command: script('contracts') },
  ],
  [
    { name: 'generated files are current', command: script('generate', '--', '--check') },
    { name: 'imports point inward', command: script('arch') },
  ],
  [
    { name: 'dead code', command: script('dead-code') },
    { name: 'types', command: script('typecheck') },
    { name: 'lint', command: [binary('eslint'), '.'] },
  ],
  [{ name: 'build', command: script('build') }],
  [
    { name: 'surface of published packages', command: script('api-reports', '--', '--check') },
    { name: 'published packages', command: script('publish-check') },
    { name: 'suites in another repository', command: script('outside-check') },
  ],
  [{ name: 'Node.js 22 and 24', command: script('node-versions') }],
  [{ name: 'tests', command: tool('test.ts') }],
];

function takeAlone({ name, command: [program = '', ...args] }: Step): Outcome {
  console.log(`\n── ${name}`);
  const startedAt = performance.now();
  const { status } = spawnSync(program, args, { cwd: ROOT, stdio: 'inherit' });
  return { name, passed: status === 0, seconds: (performance.now() - startedAt) / 1000 };
}

// What it writes is shown in one piece when it has ended.
async function takeBeside({ name, command: [program = '', ...args] }: Step): Promise<Outcome> {
  const startedAt = performance.now();
  const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close') as Promise<[number | null]>;
  const [[status], ...output] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  console.log(`\n── ${name}\n${output.join('')}`.trimEnd());
  return { name, passed: status === 0, seconds: (performance.now() - startedAt) / 1000 };
}

const take = async (group: readonly Step[]): Promise<Outcome[]> =>
  group.length > 1 ? Promise.all(group.map(takeBeside)) : group.map(takeAlone);

async function takeAll(keepGoing: boolean): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const group of GROUPS) {
    outcomes.push(...(await take(group)));
    if (!keepGoing && outcomes.some(({ passed }) => !passed)) break;
  }
  return outcomes;
}

rmSync(CLOSING_LINE, { force: true });
const outcomes = await takeAll(process.argv.includes('--keep-going'));

console.log();
for (const { name, passed, seconds } of outcomes) console.log(`${passed ? '✓' : '✗'} ${seconds.toFixed(1).padStart(6)} s  ${name}`);
const left = GROUPS.flat().length - outcomes.length;
if (left > 0) console.log(`stopped: ${left} steps were not taken`);
if (existsSync(CLOSING_LINE)) process.stdout.write(readFileSync(CLOSING_LINE, 'utf8'));
process.exitCode = outcomes.every(({ passed }) => passed) ? 0 : 1;
