// Does what packages/port-contracts/README.md tells another team to do: installs the tarballs in an empty project, runs the suites on the
// example's adapter, and checks its types and those of the examples in the comments of packages/ports. Then spoils the adapter: the suites
// must notice. Run `npm run build` first. No registry is asked: vitest and TypeScript are those of this repository.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestReport } from './lib/closing-line.js';
import { complaints, packLibrary, publishedLibraries } from './lib/published.js';
import { exampleBlocks, readmeFiles } from './lib/readme-files.js';
import { ROOT, report, sourceFiles } from './lib/workspace.js';

interface Spoiled {
  readonly from: string;
  readonly to: string;
  /** The test that must fail. */
  readonly noticedBy: string;
}

/** Mistakes that an adapter's author could make. */
const SPOILED: readonly Spoiled[] = [
  { from: 'record = this.#find(gameId)', to: 'record = await this.get(gameId)', noticedBy: 'lets exactly one of concurrent calls' },
  { from: '.get(label) ?? null', to: '.values().next().value ?? null', noticedBy: 'loads the last saved entry id, per label' },
];

const readme = readFileSync(join(ROOT, 'packages/port-contracts/README.md'), 'utf8');
const home = mkdtempSync(join(tmpdir(), 'galaxy-outside-'));
const project = join(home, 'project');
// Peers are linked below; the test runner must not take the project for a part of ours.
const env = { ...process.env, npm_config_offline: 'true', npm_config_legacy_peer_deps: 'true', npm_config_audit: 'false' };

function install(): void {
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "name": "outside", "private": true, "type": "module" }\n');
  const line = /^npm install \/tmp\/galaxy\/.*$/m.exec(readme)?.[0] ?? 'false';
  const named = publishedLibraries().filter(({ manifest }) => line.includes(`/${manifest.name}/`));
  for (const library of named) packLibrary(library, join(home, 'tarballs'));
  execFileSync('sh', ['-c', line.replaceAll('/tmp/galaxy', join(home, 'tarballs'))], { cwd: project, env, stdio: 'pipe' });
  for (const name of ['vitest', 'typescript'])
    symlinkSync(realpathSync(join(ROOT, 'node_modules', name)), join(project, 'node_modules', name));
}

function writeFiles(): void {
  for (const { name, text } of readmeFiles(readme)) writeFileSync(join(project, name), text);
  const examples = sourceFiles('packages/ports/src').flatMap((path) => exampleBlocks(readFileSync(join(ROOT, path), 'utf8')));
  for (const [at, text] of examples.entries()) writeFileSync(join(project, `example-${at}.ts`), text);
}

interface SuiteRun {
  readonly report: TestReport;
  readonly failed: readonly string[];
  readonly output: string;
}

/** The part of vitest's JSON report that tells which test failed. */
interface Titled {
  readonly testResults: readonly { readonly assertionResults: readonly { readonly status: string; readonly title: string }[] }[];
}

function runSuites(): SuiteRun {
  const runner = join(project, 'node_modules/vitest/vitest.mjs');
  const { stdout, stderr } = spawnSync(process.execPath, [runner, 'run', '--reporter=json'], { cwd: project, env, encoding: 'utf8' });
  const summary = JSON.parse(stdout) as TestReport & Titled;
  const tests = (summary as Titled).testResults.flatMap(({ assertionResults }) => assertionResults);
  return { report: summary, failed: tests.filter(({ status }) => status === 'failed').map(({ title }) => title), output: stdout + stderr };
}

function problemsOfExample(): string[] {
  const { report: run, failed, output } = runSuites();
  const { numPassedTests, numPendingTests, testResults } = run;
  return [
    ...failed.map((title) => `the README's adapter fails: ${title}`),
    ...(numPassedTests >= 50 && numPendingTests === 1 ? [] : [`${numPassedTests} tests passed, ${numPendingTests} skipped:\n${output}`]),
    ...(testResults.every(({ status }) => status === 'passed') ? [] : ['a test file could not be run']),
    ...complaints(project, process.execPath, join(project, 'node_modules/typescript/bin/tsc')),
  ];
}

function problemsOfSpoiled(): string[] {
  const file = join(project, 'map-stores.ts');
  const fine = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    SPOILED.reduce((text, { from, to }) => text.replace(from, to), fine),
  );
  const { failed } = runSuites();
  return SPOILED.flatMap(({ from, noticedBy }) => [
    ...(fine.includes(from) ? [] : [`the README has no ${from} to spoil`]),
    ...(failed.some((title) => title.includes(noticedBy)) ? [] : [`no suite notices a spoiled ${from}: “${noticedBy}” passes`]),
  ]);
}

try {
  install();
  writeFiles();
  report([...problemsOfExample(), ...problemsOfSpoiled()], 'another repository can run the suites, as the README says');
} finally {
  rmSync(home, { recursive: true });
}
